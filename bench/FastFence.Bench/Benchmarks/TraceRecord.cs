using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Telemetry;

namespace FastFence.Bench.Benchmarks;

/// <summary>A record of the flight recorder, against an event of EventPipe that nobody listens to.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public unsafe class TraceRecord
{
    private const int Times = 64;

    private BenchEngine _engine = null!;
    private FenceSource _source;

    [Params(RecordingMode.Off, RecordingMode.Coarse, RecordingMode.Precise)]
    public RecordingMode Mode { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _engine = new BenchEngine(recording: Mode);
        _source = _engine.Timeline.CreateFence();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _source.Dispose();
        _engine.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void FenceRecord()
    {
        ThreadCache* cache = Registry.CacheOf(&_engine.Engine.Block->Pools);
        FenceSlot* slot = _source.Fence.Slot;
        for (int i = 0; i < Times; i++)
        {
            FenceTrace.Write(cache, RecordKind.FenceEnableSignal, slot);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public void EventPipeEventOff()
    {
        for (int i = 0; i < Times; i++)
        {
            FenceEventSource.Log.FenceInit(i, 1, 2, i, "bench-driver", "bench-timeline");
        }
    }
}
