using System.Threading.Channels;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Bench.Rows;

/// <summary>The whole way of a fence on two cores: an emitter on one, the device and a stepped poller on the other.</summary>
internal static class PipelineRows
{
    private const int Depth = 1024;
    private const int DeviceBatch = 64;

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "emit → ring → device → poller → signal → release",
            Threads = 2,
            IsThroughput = true,
            Must = Must.MillionsPerSecond(10, timesPeer: 5),
            Ours = Ours,
            Peers = [Bounded, Unbounded],
        },
    ];

    private static TwoThreadLoop Ours()
    {
        FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        FenceRing ring = engine.CreateRing("pipeline", new RingOptions { Capacity = Depth });
        return new TwoThreadLoop("FastFence", t => Emit(ring, t), t => Serve(engine, ring, t), sameTwice: false, engine);
    }

    private static void Emit(FenceRing ring, int times)
    {
        RingCommand command = new() { Opcode = 1 };
        for (int i = 0; i < times;)
        {
            EmitResult result = ring.Emit(command, out FenceRef fence);
            if (result == EmitResult.Emitted)
            {
                fence.Dispose();
                i++;
            }
            else if (result == EmitResult.RingFull)
            {
                Cpu.Pause();
            }
            else
            {
                throw new InvalidOperationException($"The ring refused: {result}.");
            }
        }
    }

    // One completion word for up to 64 jobs, as devices do; then one turn of the poller.
    private static void Serve(FenceEngine engine, FenceRing ring, int times)
    {
        RingConsumer device = ring.Consumer;
        for (int retired = 0; retired < times;)
        {
            int taken = 0;
            while (taken < DeviceBatch && device.TryTake(out _))
            {
                taken++;
            }

            if (taken == 0)
            {
                Cpu.Pause();
                continue;
            }

            device.Complete(device.Position);
            int done;
            do
            {
                done = engine.Poller.DoWork();
                retired += done;
            }
            while (done != 0);
        }
    }

    private static TwoThreadLoop Bounded() => ChannelOfTasks("bounded Channel + TaskCompletionSource", Channel.CreateBounded<TaskCompletionSource>(
        new BoundedChannelOptions(Depth) { SingleReader = true, SingleWriter = true }));

    private static TwoThreadLoop Unbounded() => ChannelOfTasks("Channel + TaskCompletionSource", Channel.CreateUnbounded<TaskCompletionSource>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }));

    private static TwoThreadLoop ChannelOfTasks(string name, Channel<TaskCompletionSource> channel) =>
        new(name, t => Write(channel.Writer, t), t => Complete(channel.Reader, t), sameTwice: false);

    private static void Write(ChannelWriter<TaskCompletionSource> writer, int times)
    {
        for (int i = 0; i < times; i++)
        {
            TaskCompletionSource source = new();
            while (!writer.TryWrite(source))
            {
                Cpu.Pause();
            }
        }
    }

    private static void Complete(ChannelReader<TaskCompletionSource> reader, int times)
    {
        for (int i = 0; i < times;)
        {
            if (reader.TryRead(out TaskCompletionSource? source))
            {
                source.SetResult();
                i++;
            }
            else
            {
                Cpu.Pause();
            }
        }
    }
}
