using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Reclamation;

/// <summary>A reader that has held up reclamation for too long.</summary>
/// <param name="ThreadId">OS thread id.</param>
/// <param name="Since">Monotonic ns of the first scan that saw it in this section.</param>
/// <param name="Where">Where its section was opened, in checked mode; null when it is the engine's own or not known.</param>
internal readonly record struct Stall(int ThreadId, long Since, string? Where);

/// <summary>Names the late reader (C18). One an engine, one thread; costs nothing to readers.</summary>
internal sealed unsafe class StallDetector
{
    // Its own, not in the records: several engines watch the same readers, and each has to tell its own host.
    private readonly Dictionary<nint, Watch> _late = [];

    private record struct Watch(ulong Phase, long Since, bool Reported);

    /// <summary>Looks once; the next stall not yet reported, if there is one.</summary>
    public bool TryFind(DomainBlock* domain, long limitNanoseconds, out Stall stall)
    {
        long now = MonotonicClock.Nanoseconds;
        ulong phase = Atomic.LoadAcquire(ref domain->Phase);
        for (ReaderRecord* r = Domain.First(domain); r != null; r = r->Next)
        {
            ulong word = Atomic.LoadAcquire(ref r->Word);
            ulong entered = word & ~(Domain.PhaseStep - 1);
            if (word == 0 || entered >= phase)
            {
                _late.Remove((nint)r);
            }
            else if (!_late.TryGetValue((nint)r, out Watch watch) || watch.Phase != entered)
            {
                _late[(nint)r] = new Watch(entered, now, false);
            }
            else if (!watch.Reported && now - watch.Since >= limitNanoseconds)
            {
                _late[(nint)r] = watch with { Reported = true };
                stall = new Stall(r->ThreadId, watch.Since, Checks.On ? CheckedThread.Of(r).OutermostSection : null);
                return true;
            }
        }

        stall = default;
        return false;
    }
}
