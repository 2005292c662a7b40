using FastFence.Atomics;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Torture.Litmuses;

/// <summary>
/// A device writes its completion word and looks at the sleeping poller; the poller announces its sleep and looks at the word
/// ([WORD-WRITE] against [POLLER-SLEEP]). Forbidden: the poller goes to sleep, and the device does not wake it. A ring and an
/// engine of its own; the heavy side's thread is the poller.
/// </summary>
internal sealed unsafe class PollerSleepPair : LitmusPair
{
    private static readonly RingCommand s_job = new() { Opcode = 1 };

    private readonly bool _withBarrier;
    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false });
    private readonly FenceRing _ring;
    private readonly PollerBlock* _poller;
    private ThreadCache* _cache;
    private ReaderState _former;
    private bool _sleeps;

    internal PollerSleepPair(bool withBarrier)
    {
        _withBarrier = withBarrier;
        _ring = _engine.CreateRing("litmus", new RingOptions { Capacity = 16 });
        _poller = _engine.Poller.Block;
    }

    internal override void BeginHeavy() => _former = PollerThread.Enter(_poller, out _cache);

    internal override void EndHeavy() => PollerThread.Leave(_former);

    internal override void Prepare()
    {
        PollerCore.EndSleep(_poller, _poller->Words.Term);
        PollerCore.DoWork(_poller, _cache, _poller->Words.Term);
        while (_ring.EmitDetached(s_job, out _) != EmitResult.Emitted)
        {
            PollerCore.DoWork(_poller, _cache, _poller->Words.Term);
            Reader.Quiescent(_cache->Domain, _cache->Reader);
        }

        _ring.Consumer.TryTake(out _);
    }

    internal override void WarmLight() => Atomic.LoadAcquire(ref _poller->Wake.Asleep);

    internal override void WarmHeavy() => RingRetire.Look(_cache, _ring.Block);

    internal override void Light() => _ring.Consumer.Complete(_ring.Consumer.Position);

    internal override void Heavy() =>
        _sleeps = _withBarrier ? PollerCore.MaySleep(_poller, _cache, out _) : MaySleepWithoutBarrier();

    // Whoever sees the announcement takes it away and wakes.
    internal override bool HaveMissed() => _sleeps && Atomic.LoadAcquire(ref _poller->Wake.Asleep) != 0;

    protected override void Dispose(bool disposing)
    {
        _ring.Consumer.Complete(_ring.Timeline.LastSeqno);
        _engine.Dispose();
    }

    // PollerCore.MaySleep less its barrier; frozen here, and never to be mended.
    private bool MaySleepWithoutBarrier()
    {
        Atomic.ExchangeFull(ref _poller->Wake.Asleep, 1);
        return !RingRetire.Look(_cache, _ring.Block);
    }
}
