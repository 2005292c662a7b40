using System.Threading.Channels;
using DotNext.Threading;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A waiter that is given time to fall asleep. What can only be awaited is blocked on as its task.</summary>
internal static class Sleeping
{
    public static Contender Ours() => new FenceSleep();

    public static IReadOnlyList<Func<Contender>> Peers =>
    [
        () => new AutoResetWait(), () => new EventWait(sleeping: true), () => new SemaphoreWait(sleeping: true), () => new TaskSleep(),
        () => new ChannelSleep(), () => new DotNextSleep(),
    ];

    private sealed class FenceSleep() : FenceHandOver(sleeping: true)
    {
        protected override void Await() => Fence.Wait();
    }

    private sealed class AutoResetWait() : HandOver("AutoResetEvent", sleeping: true)
    {
        private readonly AutoResetEvent _gate = new(false);

        protected override void Prepare()
        {
        }

        protected override void Await() => _gate.WaitOne();

        protected override void Fire() => _gate.Set();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }

    private sealed class TaskSleep() : HandOver("TaskCompletionSource, Task.Wait", sleeping: true)
    {
        private TaskCompletionSource _source = new();

        protected override void Prepare() => _source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Await() => _source.Task.Wait();

        protected override void Fire() => _source.SetResult();
    }

    private sealed class ChannelSleep() : HandOver("Channel, ReadAsync as a task", sleeping: true)
    {
        private readonly Channel<int> _channel = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        protected override void Prepare()
        {
        }

        protected override void Await() => _channel.Reader.ReadAsync().AsTask().Wait();

        protected override void Fire() => _channel.Writer.TryWrite(1);
    }

    private sealed class DotNextSleep() : HandOver("DotNext AsyncManualResetEvent as a task", sleeping: true)
    {
        private readonly AsyncManualResetEvent _gate = new(false);

        protected override void Prepare() => _gate.Reset();

        protected override void Await() => _gate.WaitAsync().AsTask().Wait();

        protected override void Fire() => _gate.Set();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }
}
