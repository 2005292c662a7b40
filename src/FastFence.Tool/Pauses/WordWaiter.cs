using FastFence.Platform;

namespace FastFence.Tool.Pauses;

/// <summary>
/// A waiter that the host's runtime does not know: it sleeps on a futex word that a native callback of the fence counts up, and
/// records how long after the device's word it runs. In the device's process, where the host's collections cannot reach it.
/// </summary>
internal sealed unsafe class WordWaiter(SharedWords shared, long endNanoseconds)
{
    private const long SafetyPollNanoseconds = 100_000_000;

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        uint seen = 0;
        while (Volatile.Read(ref shared.Stop) == 0 && MonotonicClock.Nanoseconds < endNanoseconds)
        {
            uint wakes = Volatile.Read(ref *shared.Wakes);
            if (wakes == seen)
            {
                Futex.WaitShared(shared.Wakes, seen, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
                continue;
            }

            long now = MonotonicClock.Nanoseconds;
            while (seen != wakes)
            {
                Record(Volatile.Read(ref shared.Awaited(seen++)), now);
            }
        }
    }

    private void Record(ulong position, long now)
    {
        long written = Volatile.Read(ref shared.TimeOf(position));
        if (Volatile.Read(ref shared.Word) >= position + SharedWords.Capacity)
        {
            shared.Missed++; // the time is a later position's
        }
        else
        {
            shared.Waiter.Record(now - written);
        }
    }
}
