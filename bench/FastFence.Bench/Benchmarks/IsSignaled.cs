using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Asking whether it has happened, eight times in a row: one alone is below what can be told from a loop.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class IsSignaled
{
    private const int Times = 8;

    private readonly TaskCompletionSource _task = new();
    private readonly ManualResetEventSlim _gate = new(false);
    private PendingFence _fence = null!;

    [GlobalSetup]
    public void Setup() => _fence = new PendingFence();

    [GlobalCleanup]
    public void Cleanup()
    {
        _fence.Dispose();
        _gate.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int FenceIsSignaled()
    {
        Fence f = _fence.Fence;
        return (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0)
            + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0) + (f.IsSignaled ? 1 : 0);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public int TaskIsCompleted()
    {
        Task t = _task.Task;
        return (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0)
            + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0) + (t.IsCompleted ? 1 : 0);
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public int ManualResetEventIsSet()
    {
        ManualResetEventSlim g = _gate;
        return (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0)
            + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0) + (g.IsSet ? 1 : 0);
    }
}
