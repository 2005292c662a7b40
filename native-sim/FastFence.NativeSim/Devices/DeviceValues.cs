using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

/// <summary>
/// How far each ring is, for rings that wait for another's value: one for all engines of a device process. In its own memory, since the words that it shares with
/// its host are written for that one, and wrong when a fault is acted out. Any engine's thread.
/// </summary>
internal sealed unsafe class DeviceValues(DeviceMap map)
{
    private readonly ulong[] _reached = new ulong[map.Layout.Rings];
    private readonly uint[] _numbers = new uint[map.Layout.Rings]; // of the entry that the place's value belongs to
    private ulong _waiting; // engines

    /// <summary>A ring begins behind a position, or its engine has let go of it.</summary>
    internal void Begin(uint place, uint number, ulong position)
    {
        Volatile.Write(ref _reached[place], position);
        Volatile.Write(ref _numbers[place], number);
        WakeWaiting();
    }

    /// <summary>A ring has come to a position.</summary>
    internal void Reach(uint place, ulong position)
    {
        // [DEVICE-VALUE] release, then a full fence: what the job did stands before its value, and the value before the look at engines that wait.
        // Pairs with [VALUE-PARK]. Without it a job runs before what it waited for is there, or its engine sleeps on.
        Volatile.Write(ref _reached[place], position);
        WakeWaiting();
    }

    /// <summary>Has the ring of that context come to a position, or ended? One that this life has not seen may still come.</summary>
    internal bool HasReached(ulong context, ulong position)
    {
        for (uint place = 0; place < map.Layout.Rings && context != 0; place++)
        {
            RingEntry* entry = map.RingEntryOf(place);
            if (Volatile.Read(ref entry->Context) != context)
            {
                continue;
            }

            uint number = Volatile.Read(ref entry->Number);
            uint state = Volatile.Read(ref entry->State);
            if (state == RingEntry.Running)
            {
                // Until its engine has followed, the value is of the place's former ring.
                return Volatile.Read(ref _numbers[place]) == number && Volatile.Read(ref _reached[place]) >= position;
            }

            return (state == RingEntry.Ended || Volatile.Read(ref entry->InUse) == 0) && Volatile.Read(ref entry->Context) == context;
        }

        return false;
    }

    /// <summary>An engine waits for a value, from before its last look on, or does not any more.</summary>
    internal void Announce(uint engine, bool waits)
    {
        // [VALUE-PARK] full: the mark stands before the last look. Pairs with [DEVICE-VALUE]. Without it both look away, and the engine sleeps its whole park.
        if (waits)
        {
            Interlocked.Or(ref _waiting, 1UL << (int)engine);
        }
        else
        {
            Interlocked.And(ref _waiting, ~(1UL << (int)engine));
        }
    }

    private void WakeWaiting()
    {
        Interlocked.MemoryBarrier();
        for (ulong waiting = Volatile.Read(ref _waiting); waiting != 0; waiting &= waiting - 1)
        {
            uint* bell = &map.EngineWordsOf((uint)System.Numerics.BitOperations.TrailingZeroCount(waiting))->Doorbell;
            if (Interlocked.Exchange(ref *bell, 0) != 0)
            {
                SystemCalls.Wake(bell);
            }
        }
    }
}
