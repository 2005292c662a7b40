using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>
/// How long grace periods take: one is asked for at each tick of the reclaimer while others ask for some, and timed. Who reclaims pays
/// nothing. What does not end within some looks is looked at again at the next tick: its time is exact to 10 ms. The reclaimer's thread only.
/// </summary>
internal sealed unsafe class GraceProbe(EngineBlock* engine)
{
    private const int Looks = 16;

    // All probes of the process: they must not be taken for somebody's grace periods, or two engines would keep each other at it for ever.
    private static ulong s_probes;

    private ulong _stamp;
    private ulong _seen;
    private long _since;

    /// <summary>Goes on with the present probe, or begins one when grace periods were asked for since the last.</summary>
    public void Tick()
    {
        DomainBlock* domain = engine->Domain;
        if (_stamp == 0)
        {
            ulong asked = Asked(domain);
            if (asked == _seen)
            {
                return;
            }

            _seen = asked;
            _since = MonotonicClock.Nanoseconds;
            _stamp = Domain.Stamp(domain);
            Atomic.AddFull(ref s_probes, 1);
        }

        for (int i = 0; i < Looks; i++)
        {
            if (Domain.Poll(domain, Registry.CurrentReader(), _stamp))
            {
                engine->Graces.Record(MonotonicClock.Nanoseconds - _since);
                _stamp = 0;
                return;
            }

            CurrentThread.Yield(); // the reader may be behind us on this core
        }
    }

    /// <summary>Grace periods that were begun in this process, without the probes.</summary>
    public static ulong Asked(DomainBlock* domain) =>
        (Atomic.LoadAcquire(ref domain->Phase) / Domain.PhaseStep) - 1 - Atomic.LoadAcquire(ref s_probes);
}
