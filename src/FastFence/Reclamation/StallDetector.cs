using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Reclamation;

/// <summary>A reader that has held up reclamation for too long.</summary>
/// <param name="ThreadId">OS thread id.</param>
/// <param name="Since">Monotonic ns of the first scan that saw it in this section.</param>
internal readonly record struct Stall(int ThreadId, long Since);

/// <summary>Names the late reader (C18). One thread; costs nothing to readers.</summary>
internal static unsafe class StallDetector
{
    /// <summary>Looks once; the next stall not yet reported, if there is one.</summary>
    public static bool TryFind(DomainBlock* domain, long limitNanoseconds, out Stall stall)
    {
        long now = MonotonicClock.Nanoseconds;
        ulong phase = Atomic.LoadAcquire(ref domain->Phase);
        for (ReaderRecord* r = Domain.First(domain); r != null; r = r->Next)
        {
            ulong word = Atomic.LoadAcquire(ref r->Word);
            ulong entered = word & ~(Domain.PhaseStep - 1);
            if (word == 0 || entered >= phase)
            {
                r->StalledSince = 0;
                r->StallReported = 0;
            }
            else if (r->StalledSince == 0 || r->StalledPhase != entered)
            {
                r->StalledSince = now;
                r->StalledPhase = entered;
                r->StallReported = 0;
            }
            else if (r->StallReported == 0 && now - r->StalledSince >= limitNanoseconds)
            {
                r->StallReported = 1;
                stall = new Stall(r->ThreadId, r->StalledSince);
                return true;
            }
        }

        stall = default;
        return false;
    }
}
