using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A fence that one thread signals and another waits for.</summary>
internal abstract class FenceHandOver(bool sleeping) : HandOver("FastFence", sleeping)
{
    private readonly BenchEngine _engine = new();
    private FenceSource _source;

    protected Fence Fence { get; private set; }

    protected override void Prepare()
    {
        _source = _engine.Timeline.CreateFence();
        Fence = _source.Fence;
    }

    protected override void Fire() => _source.Signal();

    protected override void PutAway() => _source.Dispose();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _engine.Dispose();
    }
}
