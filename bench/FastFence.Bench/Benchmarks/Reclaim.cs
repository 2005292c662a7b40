using BenchmarkDotNet.Attributes;
using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Benchmarks;

/// <summary>
/// Fences through grace periods while another thread opens sections all the time; without that reader beside it, to show what
/// he costs. 8192 lives an invocation: several sealed bags and their process-wide barriers are in each.
/// </summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class Reclaim
{
    private const int Lives = 8192;

    private BenchEngine _engine = null!;
    private Thread? _reader;
    private volatile bool _stop;

    [Params(false, true)]
    public bool WithReader { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _engine = new BenchEngine();
        if (WithReader)
        {
            _stop = false;
            _reader = new Thread(Read) { IsBackground = true };
            _reader.Start();
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _stop = true;
        _reader?.Join();
        _engine.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Lives)]
    public void FenceCreateSignalReleaseReclaim()
    {
        Timeline timeline = _engine.Timeline;
        for (int i = 0; i < Lives; i++)
        {
            timeline.TryCreateFence(out FenceSource source);
            source.Signal();
            source.Dispose();
        }
    }

    // What the collector reclaims.
    [Benchmark(Baseline = true, OperationsPerInvoke = Lives)]
    public TaskCompletionSource TaskSourceCollected()
    {
        TaskCompletionSource last = null!;
        for (int i = 0; i < Lives; i++)
        {
            last = new TaskCompletionSource();
            last.SetResult();
        }

        return last;
    }

    private void Read()
    {
        while (!_stop)
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
        }
    }
}
