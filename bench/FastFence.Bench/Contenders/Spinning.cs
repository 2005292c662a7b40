using System.Threading.Channels;
using DotNext.Threading;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A waiter that does not sleep: it looks again and again, or calls a wait that spins first.</summary>
internal static class Spinning
{
    public static Contender Ours() => new FenceSpin();

    /// <summary>Ours, signaled with the signalling thread's words in hand.</summary>
    public static Contender OursInHand() => new FenceSpinInHand();

    public static IReadOnlyList<Func<Contender>> Peers =>
        [() => new TaskSpin(), () => new EventWait(sleeping: false), () => new SemaphoreWait(sleeping: false), () => new ChannelSpin(), () => new DotNextSpin()];

    private class FenceSpin() : FenceHandOver(sleeping: false)
    {
        protected override void Await()
        {
            Fence fence = Fence;
            while (!fence.IsSignaled)
            {
            }
        }
    }

    // The thread is looked up behind the start of the measure: that is its price, too.
    private sealed class FenceSpinInHand : FenceSpin
    {
        protected override void Fire() => FenceThread.GetCurrent().Signal(Source);
    }

    private sealed class TaskSpin() : HandOver("TaskCompletionSource, IsCompleted", sleeping: false)
    {
        private TaskCompletionSource _source = new();

        protected override void Prepare() => _source = new TaskCompletionSource();

        protected override void Await()
        {
            Task task = _source.Task;
            while (!task.IsCompleted)
            {
            }
        }

        protected override void Fire() => _source.SetResult();
    }

    private sealed class ChannelSpin() : HandOver("Channel, TryRead", sleeping: false)
    {
        private readonly Channel<int> _channel = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        protected override void Prepare()
        {
        }

        protected override void Await()
        {
            while (!_channel.Reader.TryRead(out _))
            {
            }
        }

        protected override void Fire() => _channel.Writer.TryWrite(1);
    }

    private sealed class DotNextSpin() : HandOver("DotNext AsyncManualResetEvent, IsSet", sleeping: false)
    {
        private readonly AsyncManualResetEvent _gate = new(false);

        protected override void Prepare() => _gate.Reset();

        protected override void Await()
        {
            while (!_gate.IsSet)
            {
            }
        }

        protected override void Fire() => _gate.Set();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }
}
