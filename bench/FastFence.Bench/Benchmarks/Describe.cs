using System.Globalization;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Writing what a fence is, against formatting the same text without any safety.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class Describe
{
    private readonly byte[] _text = new byte[256];
    private readonly string _driver = "bench-driver";
    private readonly string _timeline = "bench-timeline";
    private PendingFence _fence = null!;

    [GlobalSetup]
    public void Setup() => _fence = new PendingFence();

    [GlobalCleanup]
    public void Cleanup() => _fence.Dispose();

    [Benchmark]
    public int FenceDescribe()
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return section.View.Describe(_fence.Fence, _text);
    }

    [Benchmark(Baseline = true)]
    public int Utf8Interpolated()
    {
        Utf8.TryWrite(_text, CultureInfo.InvariantCulture, $"{_driver} {_timeline} seq {1UL} unsignaled", out int written);
        return written;
    }

    [Benchmark]
    public string StringInterpolated() => $"{_driver} {_timeline} seq {1UL} unsignaled";
}
