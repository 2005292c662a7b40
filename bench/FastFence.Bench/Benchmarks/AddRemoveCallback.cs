using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Adding a callback to a fence that stays pending, and taking it off again.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public unsafe class AddRemoveCallback
{
    private static readonly Action<object?> s_canceled = static _ => { };

    private readonly CancellationTokenSource _source = new();
    private PendingFence _fence = null!;

    [GlobalSetup]
    public void Setup() => _fence = new PendingFence();

    [GlobalCleanup]
    public void Cleanup()
    {
        _fence.Dispose();
        _source.Dispose();
    }

    [Benchmark]
    public void FenceAddRemove()
    {
        _fence.Fence.AddCallback(&Never, 0, out CallbackRegistration registration);
        registration.Remove();
    }

    [Benchmark]
    public void FenceAddRemoveThreadInHand()
    {
        FenceThread thread = FenceThread.GetCurrent();
        thread.AddCallback(_fence.Fence, &Never, 0, out CallbackRegistration registration);
        thread.Remove(registration);
    }

    [Benchmark(Baseline = true)]
    public bool CancellationRegisterUnregister() => _source.Token.UnsafeRegister(s_canceled, null).Unregister();

    private static void Never(Fence fence, nint state)
    {
    }
}
