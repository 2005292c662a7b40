using System.Threading.Channels;
using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Latency.Latencies;

/// <summary>One fence from its emission to its signal seen.</summary>
internal static class RoundTripSubjects
{
    public static IReadOnlyList<LatencySubject> All =>
    [
        new()
        {
            Operation = "emit → ring → device → poller → signal seen, one job at a time",
            Unit = PhysicalUnit.HandOver,
            Ours = static () => new FenceTrip(),
            Peers = [static () => new ChannelTrip()],
        },
    ];

    private sealed class FenceTrip() : RoundTrip("FastFence")
    {
        private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false });
        private FenceRing? _ring;
        private FenceRef _fence;

        protected override bool IsDone => _fence.Fence.IsSignaled;

        protected override void Prepare() => _ring ??= _engine.CreateRing("round trip", new RingOptions());

        protected override void Fire()
        {
            EmitResult result = _ring!.Emit(new RingCommand { Opcode = 1 }, out _fence);
            if (result != EmitResult.Emitted)
            {
                throw new InvalidOperationException($"The ring refused: {result}.");
            }
        }

        protected override void PutAway() => _fence.Dispose();

        protected override void Begin(int rounds)
        {
            Prepare();
            base.Begin(rounds);
        }

        protected override void ServeOne()
        {
            RingConsumer device = _ring!.Consumer;
            while (!device.TryTake(out _))
            {
                Cpu.Pause();
            }

            device.Complete(device.Position);
            while (_engine.Poller.DoWork() == 0)
            {
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _engine.Dispose();
        }
    }

    private sealed class ChannelTrip() : RoundTrip("Channel + TaskCompletionSource")
    {
        private readonly Channel<TaskCompletionSource> _channel = Channel.CreateUnbounded<TaskCompletionSource>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        private Task _task = Task.CompletedTask;

        protected override bool IsDone => _task.IsCompleted;

        protected override void Fire()
        {
            TaskCompletionSource source = new();
            _task = source.Task;
            _channel.Writer.TryWrite(source);
        }

        protected override void ServeOne()
        {
            TaskCompletionSource? source;
            while (!_channel.Reader.TryRead(out source))
            {
                Cpu.Pause();
            }

            source.SetResult();
        }
    }
}
