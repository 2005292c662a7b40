using System.Collections.Immutable;

namespace FastFence.Tool.Captures;

/// <summary>Reads and checks rows of the events form.</summary>
/// <remarks>
/// Gaps and backward steps of a context's seqnos are no error here: a capture shows what happened, and the report counts
/// them. A submit or run that comes twice is one, for a job cannot be played twice.
/// </remarks>
internal sealed class EventRows(CaptureRow row)
{
    private const int Time = 0, Cpu = 1, Pid = 2, Comm = 3, Event = 4, Driver = 5, Timeline = 6, Context = 7, Seqno = 8,
        SchedJob = 9, NumIbs = 10, Crtc = 11, VblankSeq = 12;

    private const int ByTimeline = 100, ByDriver = 101;

    private readonly ImmutableArray<CaptureEvent>.Builder _events = ImmutableArray.CreateBuilder<CaptureEvent>();
    private readonly RowFirsts _firsts = new();
    private long _lastTime;

    internal ImmutableArray<CaptureEvent> Done() => _events.DrainToImmutable();

    /// <summary>Reads the row that is set now.</summary>
    internal void Add()
    {
        long time = row.Nanoseconds(Time);
        if (time < _lastTime)
        {
            throw row.Error(Time, $"a time not before the row before ({_lastTime})");
        }

        _lastTime = time;
        CaptureEvent common = new(default, time, row.Small(Cpu), row.Small(Pid), row.Text(Comm), "", "", 0, 0, 0, 0, 0, 0);
        ReadOnlySpan<byte> name = row.Field(Event);
        _events.Add(
            name.SequenceEqual("dma_fence_signaled"u8) ? Signal(common) :
            name.SequenceEqual("amdgpu_cs_ioctl"u8) ? Job(common, CaptureEventKind.Submit, "amdgpu_cs_ioctl") :
            name.SequenceEqual("amdgpu_sched_run_job"u8) ? Job(common, CaptureEventKind.Run, "amdgpu_sched_run_job") :
            name.SequenceEqual("drm_vblank_event"u8) ? Vblank(common) :
            throw row.Error(Event, "'dma_fence_signaled', 'amdgpu_cs_ioctl', 'amdgpu_sched_run_job' or 'drm_vblank_event'"));
    }

    private CaptureEvent Signal(CaptureEvent common)
    {
        Empty("dma_fence_signaled", [SchedJob, NumIbs, Crtc, VblankSeq]);
        CaptureEvent signal = Fence(common) with { Kind = CaptureEventKind.Signal, Driver = row.Text(Driver) };
        _firsts.Same(row, Driver, ByDriver, signal.Context, signal.Driver);
        return signal;
    }

    private CaptureEvent Job(CaptureEvent common, CaptureEventKind kind, string name)
    {
        Empty(name, [Driver, Crtc, VblankSeq]);
        CaptureEvent job = Fence(common) with { Kind = kind, SchedJob = row.Number(SchedJob), NumIbs = row.Small(NumIbs) };
        _firsts.Once(row, Seqno, (int)kind, job.Context, job.Seqno, $"{name} for this job of context {job.Context}");
        return job;
    }

    private CaptureEvent Vblank(CaptureEvent common)
    {
        Empty("drm_vblank_event", [Driver, Timeline, Context, Seqno, SchedJob, NumIbs]);
        return common with { Kind = CaptureEventKind.Vblank, Crtc = row.Small(Crtc), VblankSeq = row.Number(VblankSeq) };
    }

    private CaptureEvent Fence(CaptureEvent common)
    {
        CaptureEvent fence = common with
        {
            Timeline = row.Text(Timeline),
            Context = row.Number(Context),
            Seqno = row.Number(Seqno),
        };
        _firsts.Same(row, Timeline, ByTimeline, fence.Context, fence.Timeline);
        return fence;
    }

    private void Empty(string name, ReadOnlySpan<int> columns)
    {
        foreach (int column in columns)
        {
            if (row.Field(column).Length != 0)
            {
                throw row.Error(column, $"nothing ({name} leaves this column empty)");
            }
        }
    }
}
