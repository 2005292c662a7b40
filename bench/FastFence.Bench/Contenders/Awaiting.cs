using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DotNext.Threading;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A method that awaits and goes on on the thread pool.</summary>
internal static class Awaiting
{
    public static Contender Ours(bool poolAsleep) => new FenceAwait(poolAsleep);

    public static IReadOnlyList<Func<Contender>> Peers(bool poolAsleep) =>
    [
        () => new TaskAwait(poolAsleep), () => new SemaphoreAwait(poolAsleep), () => new ChannelAwait(poolAsleep), () => new DotNextAwait(poolAsleep),
    ];

    private sealed class FenceAwait(bool poolAsleep) : AwaitHandOver("FastFence", poolAsleep)
    {
        private readonly BenchEngine _engine = new();
        private FenceSource _source;

        protected override void Prepare() => _source = _engine.Timeline.CreateFence();

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask ObserveAsync()
        {
            await _source.Fence;
            Resumed();
        }

        protected override void Fire() => _source.Signal();

        protected override void PutAway() => _source.Dispose();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _engine.Dispose();
        }
    }

    private sealed class TaskAwait(bool poolAsleep) : AwaitHandOver("TaskCompletionSource", poolAsleep)
    {
        private TaskCompletionSource _source = new();

        protected override void Prepare() => _source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask ObserveAsync()
        {
            await _source.Task.ConfigureAwait(false);
            Resumed();
        }

        protected override void Fire() => _source.SetResult();
    }

    private sealed class SemaphoreAwait(bool poolAsleep) : AwaitHandOver("SemaphoreSlim.WaitAsync", poolAsleep)
    {
        private readonly SemaphoreSlim _gate = new(0);

        protected override void Prepare()
        {
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask ObserveAsync()
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            Resumed();
        }

        protected override void Fire() => _gate.Release();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }

    private sealed class ChannelAwait(bool poolAsleep) : AwaitHandOver("Channel.ReadAsync", poolAsleep)
    {
        private readonly Channel<int> _channel = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

        protected override void Prepare()
        {
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask ObserveAsync()
        {
            await _channel.Reader.ReadAsync().ConfigureAwait(false);
            Resumed();
        }

        protected override void Fire() => _channel.Writer.TryWrite(1);
    }

    private sealed class DotNextAwait(bool poolAsleep) : AwaitHandOver("DotNext AsyncManualResetEvent", poolAsleep)
    {
        private readonly AsyncManualResetEvent _gate = new(false);

        protected override void Prepare() => _gate.Reset();

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask ObserveAsync()
        {
            await _gate.WaitAsync().ConfigureAwait(false);
            Resumed();
        }

        protected override void Fire() => _gate.Set();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }
}
