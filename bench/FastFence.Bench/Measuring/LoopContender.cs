using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>An operation of one thread, as a loop: the loop is its own method, so that the JIT compiles the operation in line.</summary>
internal sealed class LoopContender : Contender
{
    private readonly Action<int> _loop;
    private readonly IDisposable? _fixture;

    public LoopContender(string name, Action<int> loop, IDisposable? fixture = null, int leastBatch = 64)
        : base(name, leastBatch)
    {
        _loop = loop;
        _fixture = fixture;
    }

    public override double Measure(int times)
    {
        long start = MonotonicClock.Nanoseconds;
        _loop(times);
        return (double)(MonotonicClock.Nanoseconds - start) / times;
    }

    /// <summary>Managed bytes one operation allocates.</summary>
    public double AllocatedBytes(int times)
    {
        _loop(times);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _loop(times);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / times;
    }

    protected override void Dispose(bool disposing) => _fixture?.Dispose();
}
