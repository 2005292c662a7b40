using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Taking and dropping a counted reference.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class References
{
    private readonly NopHandle _handle = new();
    private PendingFence _fence = null!;
    private ulong _slot;

    [GlobalSetup]
    public void Setup()
    {
        _fence = new PendingFence();
        _slot = _fence.Fence.Value;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _fence.Dispose();
        _handle.Dispose();
    }

    [Benchmark]
    public void FenceAcquireRelease()
    {
        _fence.Fence.TryAcquire(out FenceRef reference);
        reference.Dispose();
    }

    [Benchmark]
    public void FenceAcquireFromSlotRelease()
    {
        Fence.TryAcquireFrom(ref _slot, out FenceRef reference);
        reference.Dispose();
    }

    [Benchmark(Baseline = true)]
    public bool SafeHandleAddRefRelease()
    {
        bool added = false;
        _handle.DangerousAddRef(ref added);
        _handle.DangerousRelease();
        return added;
    }
}
