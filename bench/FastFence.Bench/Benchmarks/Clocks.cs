using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;
using FastFence.Platform;

namespace FastFence.Bench.Benchmarks;

/// <summary>What a fence's time stamp costs: the clock itself, or the word that a poller publishes.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public unsafe class Clocks
{
    private BenchEngine _engine = null!;

    [GlobalSetup]
    public void Setup() => _engine = new BenchEngine();

    [GlobalCleanup]
    public void Cleanup() => _engine.Dispose();

    [Benchmark]
    public long FencePrecise() => MonotonicClock.Nanoseconds;

    [Benchmark]
    public long FencePublished() => _engine.Engine.Block->Clock.Read();

    [Benchmark(Baseline = true)]
    public long StopwatchTimestamp() => Stopwatch.GetTimestamp();

    [Benchmark]
    public long TickCount() => Environment.TickCount64;
}
