using BenchmarkDotNet.Attributes;
using FASTER.core;

namespace FastFence.Bench.Benchmarks;

/// <summary>A whole grace period while nobody reads; what it costs with a reader only two cores can show (<c>gate</c>, <c>latency</c>).</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class GracePeriodAlone
{
    private static readonly Action s_reclaimed = static () => { };

    private readonly LightEpoch _epoch = new();

    [GlobalCleanup]
    public void Cleanup() => _epoch.Dispose();

    [Benchmark]
    public void FenceSynchronize() => GracePeriod.Synchronize();

    // The barrier that stands for a grace period where readers pay nothing.
    [Benchmark(Baseline = true)]
    public void MemoryBarrierProcessWide() => Interlocked.MemoryBarrierProcessWide();

    [Benchmark]
    public void LightEpochBump()
    {
        _epoch.Resume();
        _epoch.BumpCurrentEpoch(s_reclaimed);
        _epoch.Suspend();
    }
}
