namespace FastFence.Bench.Fixtures;

/// <summary>A fence that stays pending as long as it is measured.</summary>
internal sealed class PendingFence : IDisposable
{
    private readonly BenchEngine _engine;
    private readonly FenceSource _source;

    public PendingFence(ExporterOps ops = default)
    {
        _engine = new BenchEngine(ops: ops);
        _source = _engine.Timeline.CreateFence();
        Fence = _source.Fence;
    }

    /// <summary>The fence.</summary>
    public Fence Fence { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _engine.Dispose();
    }
}
