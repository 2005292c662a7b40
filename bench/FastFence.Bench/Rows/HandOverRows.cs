using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>From a signal on one core to a waiter on the other.</summary>
internal static class HandOverRows
{
    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "signal → spinning waiter, p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.HandOver, 1.25, "1.25 × raw spin"),
            Ours = () => new FenceSpin(),
            Peers = [() => new TaskSpin(), () => new EventWait("ManualResetEventSlim.Wait", sleeping: false)],
        },
        new()
        {
            Operation = "signal → sleeping waiter, p50",
            Threads = 2,
            Must = new Must(PhysicalUnit.FutexWake, 1.1, "1.1 × raw futex"),
            Ours = () => new FenceSleep(),
            Peers = [() => new AutoResetWait(), () => new EventWait("ManualResetEventSlim.Wait", sleeping: true), () => new SemaphoreWait()],
        },
    ];

    private abstract class FenceHandOver(bool sleeping) : HandOver("FastFence", sleeping)
    {
        private readonly BenchEngine _engine = new();
        private FenceSource _source;

        protected Fence Fence { get; private set; }

        protected override void Prepare()
        {
            _source = _engine.Timeline.CreateFence();
            Fence = _source.Fence;
        }

        protected override void Fire() => _source.Signal();

        protected override void PutAway() => _source.Dispose();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _engine.Dispose();
        }
    }

    private sealed class FenceSpin() : FenceHandOver(sleeping: false)
    {
        protected override void Await()
        {
            Fence fence = Fence;
            while (!fence.IsSignaled)
            {
            }
        }
    }

    private sealed class FenceSleep() : FenceHandOver(sleeping: true)
    {
        protected override void Await() => Fence.Wait();
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

    private sealed class EventWait(string name, bool sleeping) : HandOver(name, sleeping)
    {
        private readonly ManualResetEventSlim _gate = new(false);

        protected override void Prepare() => _gate.Reset();

        protected override void Await() => _gate.Wait();

        protected override void Fire() => _gate.Set();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
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

    private sealed class SemaphoreWait() : HandOver("SemaphoreSlim", sleeping: true)
    {
        private readonly SemaphoreSlim _gate = new(0);

        protected override void Prepare()
        {
        }

        protected override void Await() => _gate.Wait();

        protected override void Fire() => _gate.Release();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _gate.Dispose();
        }
    }
}
