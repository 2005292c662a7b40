using System.Runtime.InteropServices;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Fault 9: the last reference is dropped, and private data retired, inside a callback, inside a poll and under a waiting thread.
/// The destructor runs once, later, on the reclaimer.
/// </summary>
internal sealed unsafe class LastReferenceWorkload : Workload
{
    internal const string DestructorPlace = "destructor-place";
    internal const string DestructorCount = "destructor-count";

    private const string Reclaimer = "FastFence reclaimer";

    private readonly Exporter _exporter;
    private readonly Timeline _timeline;
    private readonly GCHandle _self;
    private Thread? _dropper;
    private ulong _waitFor;
    private FenceSource _pollSource;
    private FenceSource _droppedInside;
    private long _retired;
    private long _destroyed;

    internal LastReferenceWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _self = GCHandle.Alloc(this);
        _exporter = run.Engine.CreateExporter("torture-last", new ExporterOps { IsSignaled = &Polled }, GCHandle.ToIntPtr(_self));
        _timeline = _exporter.CreateTimeline("torture-last");
        Bodies = [Drop, Wait];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _exporter.Close();
        RunContext.Until(() => Volatile.Read(ref _destroyed) >= _retired, TimeSpan.FromSeconds(20));
        if (_destroyed != _retired)
        {
            Report(DestructorCount, $"{_retired} pieces of private data were retired, {_destroyed} destructors ran");
        }

        Counters["retired"] = _retired;
    }

    protected override void Dispose(bool disposing) => _self.Free();

    private void Drop()
    {
        _dropper = Thread.CurrentThread;
        for (int way = 0; !Run.IsStopped; way = (way + 1) % 3)
        {
            FenceSource source = Create(_timeline);
            Fence fence = source.Fence;
            switch (way)
            {
                case 0 when fence.AddCallback(&DropInside, GCHandle.ToIntPtr(_self), out _) == AddCallbackResult.Added:
                    _droppedInside = source;
                    source.Signal(); // the callback drops the last reference and retires
                    break;
                case 1:
                    _pollSource = source;
                    fence.Poll(); // the op does
                    break;
                default:
                    Volatile.Write(ref _waitFor, fence.Value);
                    Thread.Sleep(0);
                    source.Signal();
                    source.Dispose();
                    Retire();
                    break;
            }

            EndRound();
        }
    }

    private void Wait()
    {
        while (!Run.IsStopped)
        {
            Fence fence = Fence.FromValue(Volatile.Read(ref _waitFor));
            if (!fence.IsNull && fence.Wait(TimeSpan.FromSeconds(30)).IsTimedOut)
            {
                Report(DestructorCount, $"a wait for {fence.Value:X} did not end in 30 s");
            }

            Thread.Sleep(0);
        }
    }

    private void Retire()
    {
        _retired++; // the dropping thread alone comes here: its callbacks and ops run on it
        if (Breaks(DestructorPlace))
        {
            Destroy(GCHandle.ToIntPtr(_self));
            return;
        }

        _exporter.Retire(GCHandle.ToIntPtr(_self), &Destroy);
        if (Breaks(DestructorCount))
        {
            _exporter.Retire(GCHandle.ToIntPtr(_self), &Destroy);
        }
    }

    private static void Destroy(nint self)
    {
        LastReferenceWorkload owner = (LastReferenceWorkload)GCHandle.FromIntPtr(self).Target!;
        Interlocked.Increment(ref owner._destroyed);
        Thread here = Thread.CurrentThread;
        if (here == owner._dropper || here.Name != Reclaimer)
        {
            owner.Report(DestructorPlace, $"a destructor ran on '{here.Name}'");
        }
    }

    private static void DropInside(Fence fence, nint self)
    {
        LastReferenceWorkload owner = (LastReferenceWorkload)GCHandle.FromIntPtr(self).Target!;
        owner._droppedInside.Dispose();
        owner.Retire();
    }

    private static bool Polled(in FenceOpArgs args)
    {
        LastReferenceWorkload owner = (LastReferenceWorkload)GCHandle.FromIntPtr(args.ExporterData).Target!;
        FenceSource source = owner._pollSource;
        owner._pollSource = default;
        if (!source.IsNull)
        {
            source.Signal();
            source.Dispose();
            owner.Retire();
        }

        return true;
    }
}
