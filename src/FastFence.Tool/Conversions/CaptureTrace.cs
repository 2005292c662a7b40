using FastFence.Telemetry;
using FastFence.Tool.Captures;
using FastFence.Tool.Replays;

namespace FastFence.Tool.Conversions;

/// <summary>A capture as a trace. Its process is the whole machine, so a task's number stands for thread and process.</summary>
internal static class CaptureTrace
{
    /// <summary>The trace of a capture of either form; rows without a fence (vblank) are counted in <paramref name="skipped"/>.</summary>
    internal static TraceLog Of(Capture capture, out long skipped)
    {
        TraceLog log = new() { ProcessName = Path.GetFileName(capture.Path) };
        skipped = 0;
        if (capture.Form == CaptureForm.Jobs)
        {
            AddJobs(log, capture);
        }
        else
        {
            skipped = AddEvents(log, capture);
        }

        return log;
    }

    private static void AddJobs(TraceLog log, Capture capture)
    {
        int scheduler = log.Intern(JobsPlan.SchedulerDriver);
        int hardware = log.Intern(JobsPlan.HardwareDriver);
        foreach (CaptureJob job in capture.Jobs)
        {
            AddThread(log, job.SubmitPid, job.SubmitComm);
            TraceEvent finished = new()
            {
                TimeNs = job.SubmitNs,
                Kind = TraceEventKind.FenceInit,
                Cpu = job.SignalCpu,
                Tid = job.SubmitPid,
                Driver = scheduler,
                Timeline = log.Intern(job.Timeline),
                Context = job.FinishedContext,
                Seqno = job.Seqno,
                JobCount = (uint)job.NumIbs,
            };
            TraceEvent scheduled = finished with { Context = job.ScheduledContext };
            TraceEvent ring = finished with { Driver = hardware, Context = CaptureJob.HardwareContext, Seqno = job.HardwareSeqno, Tid = 0 };

            // As in the kernel: the scheduler's pair is made at submission, the ring's fence when the job goes to it.
            log.Add(scheduled);
            log.Add(finished);
            log.Add(finished with { Kind = TraceEventKind.JobQueue });
            log.Add(finished with { Kind = TraceEventKind.JobRun, TimeNs = job.RunNs });
            log.Add(ring with { Kind = TraceEventKind.FenceInit, TimeNs = job.RunNs });
            log.Add(ring with { Kind = TraceEventKind.FenceEmit, TimeNs = job.RunNs });
            log.Add(scheduled with { Kind = TraceEventKind.FenceSignaled, TimeNs = job.ScheduledSignalNs, Tid = 0 });
            log.Add(ring with { Kind = TraceEventKind.FenceSignaled, TimeNs = job.HardwareSignalNs });
            log.Add(finished with { Kind = TraceEventKind.JobDone, TimeNs = job.HardwareSignalNs, Tid = 0 });
            log.Add(finished with { Kind = TraceEventKind.FenceSignaled, TimeNs = job.FinishedSignalNs, Tid = 0 });
        }
    }

    private static long AddEvents(TraceLog log, Capture capture)
    {
        HashSet<(ulong Context, ulong Seqno)> jobs = [];
        long skipped = 0;
        foreach (CaptureEvent row in capture.Events)
        {
            if (row.Kind == CaptureEventKind.Vblank)
            {
                skipped++;
                continue;
            }

            AddThread(log, row.Pid, row.Comm);
            TraceEvent e = new()
            {
                TimeNs = row.TimeNs,
                Kind = KindOf(row.Kind),
                Cpu = row.Cpu,
                Tid = row.Pid,
                Timeline = log.Intern(row.Timeline),
                Driver = log.Intern(row.Kind == CaptureEventKind.Signal ? row.Driver : JobsPlan.SchedulerDriver),
                Context = row.Context,
                Seqno = row.Seqno,
                Job = row.SchedJob,
                JobCount = (uint)row.NumIbs,
            };
            if (row.Kind != CaptureEventKind.Signal)
            {
                jobs.Add((row.Context, row.Seqno));
            }
            else if (jobs.Contains((row.Context, row.Seqno)))
            {
                // The form has no row for it: the scheduler reports a job done right before it signals the finished fence.
                log.Add(e with { Kind = TraceEventKind.JobDone });
            }

            log.Add(e);
        }

        return skipped;
    }

    private static TraceEventKind KindOf(CaptureEventKind kind) => kind switch
    {
        CaptureEventKind.Submit => TraceEventKind.JobQueue,
        CaptureEventKind.Run => TraceEventKind.JobRun,
        _ => TraceEventKind.FenceSignaled,
    };

    private static void AddThread(TraceLog log, int pid, string name)
    {
        if (pid != 0)
        {
            log.Add(new TraceThread(pid, pid, name));
        }
    }
}
