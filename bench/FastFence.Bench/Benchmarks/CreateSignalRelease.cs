using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>A completion object's life on one thread, against what .NET has for it.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class CreateSignalRelease
{
    private BenchEngine _published = null!;
    private BenchEngine _precise = null!;

    [GlobalSetup]
    public void Setup()
    {
        _published = new BenchEngine();
        _precise = new BenchEngine(publishedClock: false);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _published.Dispose();
        _precise.Dispose();
    }

    [Benchmark]
    public void FenceCreateRelease()
    {
        _published.Timeline.TryCreateFence(out FenceSource source);
        source.Dispose();
    }

    [Benchmark]
    public void FencePublishedClock() => Live(_published.Timeline);

    [Benchmark]
    public void FencePreciseClock() => Live(_precise.Timeline);

    [Benchmark(Baseline = true)]
    public TaskCompletionSource TaskSource()
    {
        TaskCompletionSource source = new();
        source.SetResult();
        return source;
    }

    [Benchmark]
    public ManualResetEventSlim ManualResetEvent()
    {
        ManualResetEventSlim gate = new(false);
        gate.Set();
        gate.Dispose();
        return gate;
    }

    [Benchmark]
    public CancellationTokenSource CancellationSource()
    {
        CancellationTokenSource source = new();
        source.Cancel();
        source.Dispose();
        return source;
    }

    private static void Live(Timeline timeline)
    {
        timeline.TryCreateFence(out FenceSource source);
        source.Signal();
        source.Dispose();
    }
}
