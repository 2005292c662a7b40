using BenchmarkDotNet.Attributes;
using FASTER.core;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Reading a name as a reader that is always inside, and says once per 64 reads that it holds nothing.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class OnlineSection
{
    private const int Reads = 1 << 14;
    private const int ReadsPerReport = 64;

    private readonly string _name = new('n', 12);
    private readonly LightEpoch _epoch = new();
    private PendingFence _fence = null!;

    [GlobalSetup]
    public void Setup() => _fence = new PendingFence();

    [GlobalCleanup]
    public void Cleanup()
    {
        _fence.Dispose();
        _epoch.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public int FenceConstantName()
    {
        Fence fence = _fence.Fence;
        int bytes = 0;
        using OnlineReader reader = OnlineReader.Register();
        for (int i = 0; i < Reads; i += ReadsPerReport)
        {
            for (int k = 0; k < ReadsPerReport; k++)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                bytes += section.View.DriverName(fence).Length;
            }

            reader.ReportQuiescentState();
        }

        return bytes;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Reads)]
    public int LightEpochProtectAndDrain()
    {
        int bytes = 0;
        _epoch.Resume();
        for (int i = 0; i < Reads; i += ReadsPerReport)
        {
            for (int k = 0; k < ReadsPerReport; k++)
            {
                bytes += Volatile.Read(in _name).Length;
            }

            _epoch.ProtectAndDrain();
        }

        _epoch.Suspend();
        return bytes;
    }
}
