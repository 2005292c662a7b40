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
    private long _count = 1;

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

    // What an own reference count takes: a load, an exchange unless it was zero, a decrement.
    [Benchmark]
    public bool IncrementUnlessZeroDecrement()
    {
        long seen = Volatile.Read(ref _count);
        while (seen != 0)
        {
            long found = Interlocked.CompareExchange(ref _count, seen + 1, seen);
            if (found == seen)
            {
                return Interlocked.Decrement(ref _count) != 0;
            }

            seen = found;
        }

        return false;
    }
}
