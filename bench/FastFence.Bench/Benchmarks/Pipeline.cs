using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace FastFence.Bench.Benchmarks;

/// <summary>The whole way of 64 jobs on one thread: emitted, taken, completed by one word, retired by a stepped poller, released.</summary>
[MemoryDiagnoser]
[JsonExporterAttribute.Full]
public class Pipeline
{
    private const int Jobs = 64;

    private readonly FenceRef[] _fences = new FenceRef[Jobs];
    private readonly Channel<TaskCompletionSource> _channel = Channel.CreateUnbounded<TaskCompletionSource>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private FenceEngine _engine = null!;
    private FenceRing _ring = null!;

    [GlobalSetup]
    public void Setup()
    {
        _engine = new FenceEngine(new FenceEngineOptions { StartPoller = false });
        _ring = _engine.CreateRing("pipeline", new RingOptions());
    }

    [GlobalCleanup]
    public void Cleanup() => _engine.Dispose();

    [Benchmark(OperationsPerInvoke = Jobs)]
    public void FenceRingAndPoller()
    {
        RingCommand command = new() { Opcode = 1 };
        for (int i = 0; i < Jobs; i++)
        {
            EmitResult result = _ring.Emit(command, out _fences[i]);
            if (result != EmitResult.Emitted)
            {
                throw new InvalidOperationException($"The ring refused: {result}.");
            }
        }

        RingConsumer device = _ring.Consumer;
        while (device.TryTake(out _))
        {
        }

        device.Complete(device.Position);
        while (_engine.Poller.DoWork() != 0)
        {
        }

        foreach (FenceRef fence in _fences)
        {
            fence.Dispose();
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Jobs)]
    public void ChannelOfTaskSources()
    {
        for (int i = 0; i < Jobs; i++)
        {
            _channel.Writer.TryWrite(new TaskCompletionSource());
        }

        while (_channel.Reader.TryRead(out TaskCompletionSource? source))
        {
            source.SetResult();
        }
    }
}
