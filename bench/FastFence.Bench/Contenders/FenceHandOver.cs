using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A fence that one thread signals and another waits for.</summary>
internal abstract class FenceHandOver(bool sleeping) : HandOver("FastFence", sleeping)
{
    private readonly BenchEngine _engine = new();

    protected FenceSource Source { get; private set; }

    protected Fence Fence { get; private set; }

    protected override void Prepare()
    {
        Source = _engine.Timeline.CreateFence();
        Fence = Source.Fence;
    }

    protected override void Fire() => Source.Signal();

    protected override void PutAway() => Source.Dispose();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _engine.Dispose();
    }
}
