using BenchmarkDotNet.Attributes;
using FASTER.core;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>Reading a driver's name safely, against locks and an epoch around a string.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class SectionAndName
{
    private readonly ReaderWriterLockSlim _readerWriter = new();
    private readonly Lock _lock = new();
    private readonly LightEpoch _epoch = new();
    private readonly string _name = new('n', 12);
    private PendingFence _byOp = null!;
    private PendingFence _constant = null!;

    [GlobalSetup]
    public void Setup()
    {
        _byOp = new PendingFence(NameOps.Ops);
        _constant = new PendingFence();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _byOp.Dispose();
        _constant.Dispose();
        _readerWriter.Dispose();
        _epoch.Dispose();
    }

    [Benchmark]
    public int FenceNameByOp() => ReadName(_byOp.Fence);

    [Benchmark]
    public int FenceConstantName() => ReadName(_constant.Fence);

    [Benchmark]
    public int FenceNameByOpThreadInHand() => ReadName(FenceThread.GetCurrent(), _byOp.Fence);

    [Benchmark]
    public int FenceConstantNameThreadInHand() => ReadName(FenceThread.GetCurrent(), _constant.Fence);

    [Benchmark]
    public int LightEpochResumeSuspend()
    {
        _epoch.Resume();
        int length = _name.Length;
        _epoch.Suspend();
        return length;
    }

    [Benchmark(Baseline = true)]
    public int ReaderWriterLock()
    {
        _readerWriter.EnterReadLock();
        int length = _name.Length;
        _readerWriter.ExitReadLock();
        return length;
    }

    [Benchmark]
    public int LockStatement()
    {
        lock (_lock)
        {
            return _name.Length;
        }
    }

    private static int ReadName(Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return section.View.DriverName(fence).Length;
    }

    private static int ReadName(FenceThread thread, Fence fence)
    {
        AccessToken token = default;
        using AccessSection section = thread.BeginAccess(ref token);
        return section.View.DriverName(fence).Length;
    }
}
