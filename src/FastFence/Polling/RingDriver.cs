// A device as simple as can be, on whatever thread runs this: it takes the commands of some rings in turn, lets their time pass and writes
// their words. Native memory only: on a thread of the native library it goes on while the host collects garbage, as a real device does. For
// tests and measurements; it looks at rings without a section, so whoever starts it keeps them alive until it has ended.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Rings;

namespace FastFence.Polling;

/// <summary>What a driver and its host tell each other. In native memory; part of the shared layout.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * Reservation.ContentionBytes)]
internal unsafe struct RingDriverWords
{
    /// <summary>Most rings of a driver.</summary>
    public const int MaxRings = 4;

    /// <summary>The rings, fresh ones. Host.</summary>
    [FieldOffset(0)]
    public fixed ulong Rings[MaxRings];

    /// <summary>When jobs began, ns; <see cref="Capacity"/> of them, or null. Driver.</summary>
    [FieldOffset(32)]
    public long* Starts;

    /// <summary>Room in <see cref="Starts"/>. Host.</summary>
    [FieldOffset(40)]
    public ulong Capacity;

    /// <summary>Nothing is taken before that monotonic time, ns. Host.</summary>
    [FieldOffset(48)]
    public long NotBefore;

    /// <summary>After so many jobs <see cref="IsAhead"/> becomes 0 and its sleepers are woken. Host.</summary>
    [FieldOffset(56)]
    public ulong Target;

    /// <summary>The same at that monotonic time, ns, whatever has been done; 0 = never. Host.</summary>
    [FieldOffset(64)]
    public long GiveUpAt;

    /// <summary>How many rings. Host.</summary>
    [FieldOffset(72)]
    public uint Count;

    /// <summary>1: it is to end; a futex word. Host.</summary>
    [FieldOffset(76)]
    public uint Stop;

    /// <summary>Jobs done. Driver.</summary>
    [FieldOffset(128)]
    public ulong Jobs;

    /// <summary>1, from the host, until the target is reached; a futex word. Driver.</summary>
    [FieldOffset(136)]
    public uint IsAhead;

    /// <summary>1 once it has ended. Driver.</summary>
    [FieldOffset(140)]
    public uint HasEnded;
}

/// <summary>The driver's loop.</summary>
internal static unsafe class RingDriver
{
    private const long NapNanoseconds = 20_000;
    private const long SpinNanoseconds = 5_000;

    /// <summary>Drives the rings until it is told to stop. A thread of its own.</summary>
    public static void Run(RingDriverWords* words)
    {
        ulong* taken = stackalloc ulong[RingDriverWords.MaxRings];
        for (uint i = 0; i < words->Count; i++)
        {
            taken[i] = ((RingBlock*)words->Rings[i])->Timeline->StartSeqno;
        }

        while (Atomic.LoadAcquire(ref words->Stop) == 0)
        {
            bool worked = false;
            if (MonotonicClock.Nanoseconds >= words->NotBefore)
            {
                for (uint i = 0; i < words->Count; i++)
                {
                    worked |= TryStep(words, (RingBlock*)words->Rings[i], ref taken[i]);
                }
            }

            if (words->GiveUpAt != 0 && MonotonicClock.Nanoseconds >= words->GiveUpAt)
            {
                Release(words);
            }

            if (!worked)
            {
                Futex.Wait(&words->Stop, 0, MonotonicClock.Nanoseconds + NapNanoseconds);
            }
        }

        Atomic.StoreRelease(ref words->HasEnded, 1);
    }

    private static bool TryStep(RingDriverWords* words, RingBlock* ring, ref ulong taken)
    {
        ulong next = taken + 1;
        RingSlot* slot = RingBlock.SlotOf(ring, next);
        ulong published = Atomic.LoadAcquire(ref slot->Publish); // [RING-CONSUME]
        if ((published & ~RingSlot.NopBit) != next)
        {
            return false;
        }

        long start = MonotonicClock.Nanoseconds;
        ulong jobs = words->Jobs;
        if (jobs < words->Capacity)
        {
            words->Starts[jobs] = start;
        }

        Pass(words, start + (published == next ? slot->Command.DurationNanoseconds : 0));
        taken = next;
        if (ring->CompletionTimes != null)
        {
            ring->CompletionTimes[next & (ring->Capacity - 1)] = MonotonicClock.Nanoseconds;
        }

        if (ring->WordBits == 32)
        {
            Atomic.StoreRelease(ref *(uint*)ring->Word, (uint)next); // [WORD-WRITE]
        }
        else
        {
            Atomic.StoreRelease(ref *(ulong*)ring->Word, next); // [WORD-WRITE]
        }

        RingDoorbell.WakePoller(ring);
        Atomic.StoreRelease(ref words->Jobs, jobs + 1);
        if (jobs + 1 == words->Target)
        {
            Release(words);
        }

        return true;
    }

    private static void Release(RingDriverWords* words)
    {
        if (Atomic.ExchangeFull(ref words->IsAhead, 0) != 0)
        {
            Futex.Wake(&words->IsAhead, int.MaxValue);
        }
    }

    private static void Pass(RingDriverWords* words, long end)
    {
        for (long now = MonotonicClock.Nanoseconds; now < end && Atomic.LoadAcquire(ref words->Stop) == 0; now = MonotonicClock.Nanoseconds)
        {
            if (end - now > SpinNanoseconds)
            {
                Futex.Wait(&words->Stop, 0, end - SpinNanoseconds);
            }
            else
            {
                Cpu.Pause();
            }
        }
    }
}
