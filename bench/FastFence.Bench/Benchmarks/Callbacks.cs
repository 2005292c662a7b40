using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Create, add callbacks, signal, release.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public unsafe class Callbacks
{
    private static readonly Action s_continue = static () => s_ran++;
    private static readonly Action<Task> s_continueWith = static _ => s_ran++;
    private static readonly Action<object?> s_canceled = static _ => s_ran++;
    private static long s_ran;

    private BenchEngine _engine = null!;

    [Params(1, 8, 64)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup() => _engine = new BenchEngine();

    [GlobalCleanup]
    public void Cleanup() => _engine.Dispose();

    [Benchmark]
    public void FenceFunctionPointer()
    {
        _engine.Timeline.TryCreateFence(out FenceSource source);
        Fence fence = source.Fence;
        for (int i = 0; i < Count; i++)
        {
            fence.AddCallback(&OnSignal, i, out _);
        }

        source.Signal();
        source.Dispose();
    }

    [Benchmark]
    public void FenceThreadInHand()
    {
        FenceThread thread = FenceThread.GetCurrent();
        thread.TryCreateFence(_engine.Timeline, out FenceSource source);
        for (int i = 0; i < Count; i++)
        {
            thread.AddCallback(source.Fence, &OnSignal, i, out _);
        }

        thread.Signal(source);
        thread.Dispose(source);
    }

    [Benchmark(Baseline = true)]
    public TaskCompletionSource TaskAwaiter()
    {
        TaskCompletionSource source = new();
        for (int i = 0; i < Count; i++)
        {
            source.Task.GetAwaiter().UnsafeOnCompleted(s_continue);
        }

        source.SetResult();
        return source;
    }

    [Benchmark]
    public TaskCompletionSource TaskContinueWith()
    {
        TaskCompletionSource source = new();
        for (int i = 0; i < Count; i++)
        {
            _ = source.Task.ContinueWith(
                s_continueWith, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        source.SetResult();
        return source;
    }

    [Benchmark]
    public CancellationTokenSource CancellationRegister()
    {
        CancellationTokenSource source = new();
        for (int i = 0; i < Count; i++)
        {
            source.Token.UnsafeRegister(s_canceled, null);
        }

        source.Cancel();
        source.Dispose();
        return source;
    }

    private static void OnSignal(Fence fence, nint state) => s_ran++;
}
