using BenchmarkDotNet.Attributes;
using DotNext.Threading;
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
    public ulong FenceShared()
    {
        _published.Timeline.TryCreateFence(out FenceSource source);
        ulong word = source.Fence.Value;
        source.Signal();
        source.Dispose();
        return word;
    }

    [Benchmark]
    public void FenceThreadInHand()
    {
        FenceThread thread = FenceThread.GetCurrent();
        thread.TryCreateFence(_published.Timeline, out FenceSource source);
        thread.Signal(source);
        thread.Dispose(source);
    }

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
    public SemaphoreSlim Semaphore()
    {
        SemaphoreSlim gate = new(0);
        gate.Release();
        gate.Dispose();
        return gate;
    }

    // Not disposed: that alone costs 60 µs and 20 KB, which nobody who keeps his events pays.
    [Benchmark]
    public AsyncManualResetEvent DotNextEvent()
    {
        AsyncManualResetEvent gate = new(false);
        gate.Set();
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
