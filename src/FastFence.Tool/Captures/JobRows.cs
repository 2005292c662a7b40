using System.Collections.Immutable;

namespace FastFence.Tool.Captures;

/// <summary>Reads and checks rows of the jobs form.</summary>
internal sealed class JobRows(CaptureRow row)
{
    private const int Submit = 0, Timeline = 1, Context = 2, Seqno = 3, Comm = 4, Pid = 5, NumIbs = 6, Run = 7, Scheduled = 8,
        Hardware = 9, HardwareSeqno = 10, Finished = 11, Cpu = 12;

    private const int ByFinished = 0, ByHardware = 1;

    private readonly ImmutableArray<CaptureJob>.Builder _jobs = ImmutableArray.CreateBuilder<CaptureJob>();
    private readonly RowFirsts _firsts = new();
    private long _lastSubmit;

    internal ImmutableArray<CaptureJob> Done() => _jobs.DrainToImmutable();

    /// <summary>Reads the row that is set now.</summary>
    internal void Add()
    {
        CaptureJob job = new(row.Nanoseconds(Submit), row.Text(Timeline), row.Number(Context), row.Number(Seqno), row.Text(Comm),
            row.Small(Pid), row.Small(NumIbs), row.Nanoseconds(Run), row.Nanoseconds(Scheduled), row.Nanoseconds(Hardware),
            row.Number(HardwareSeqno), row.Nanoseconds(Finished), row.Small(Cpu));
        CheckTimes(in job);
        CheckContext(in job);
        _firsts.Once(row, Seqno, ByFinished, job.FinishedContext, job.Seqno, $"this job of context {job.FinishedContext}");
        _firsts.Once(row, HardwareSeqno, ByHardware, 0, job.HardwareSeqno, "this hardware fence");
        _jobs.Add(job);
    }

    private void CheckTimes(in CaptureJob job)
    {
        AtLeast(Submit, job.SubmitNs, "the row before", _lastSubmit);
        AtLeast(Run, job.RunNs, "submit_ns", job.SubmitNs);
        AtLeast(Scheduled, job.ScheduledSignalNs, "run_ns", job.RunNs);
        AtLeast(Hardware, job.HardwareSignalNs, "scheduled_signal_ns", job.ScheduledSignalNs);
        AtLeast(Finished, job.FinishedSignalNs, "hw_signal_ns", job.HardwareSignalNs);
        _lastSubmit = job.SubmitNs;
    }

    private void AtLeast(int column, long value, string than, long bound)
    {
        if (value < bound)
        {
            throw row.Error(column, $"a time not before {than} ({bound})");
        }
    }

    // The form gives only the finished context: scheduled is one below, hardware is 0. Two of these on one context would mix
    // two series of seqnos, which no timeline can play.
    private void CheckContext(in CaptureJob job)
    {
        if (job.FinishedContext < 2)
        {
            throw row.Error(Context, "a context of 2 or more (the one below is the scheduled fence's, 0 the hardware's)");
        }

        _firsts.Same(row, Timeline, ByFinished, job.FinishedContext, job.Timeline);
        foreach (ulong neighbour in (ReadOnlySpan<ulong>)[job.FinishedContext - 1, unchecked(job.FinishedContext + 1)])
        {
            if (_firsts.TryFind(ByFinished, neighbour, out long line))
            {
                throw row.Error(Context, $"a context not next to {neighbour} (line {line}): their scheduled and finished fences would share one");
            }
        }
    }
}
