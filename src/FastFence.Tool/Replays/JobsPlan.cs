using FastFence.Tool.Captures;

namespace FastFence.Tool.Replays;

/// <summary>The plan of a capture in the jobs form: three fences a job.</summary>
internal static class JobsPlan
{
    /// <summary>Who makes the scheduled and the finished fence (drivers/gpu/drm/scheduler): the form does not say it.</summary>
    internal const string SchedulerDriver = "amd_sched";

    /// <summary>Who makes the hardware fence.</summary>
    internal const string HardwareDriver = "amdgpu";

    /// <summary>The plan.</summary>
    internal static ReplayPlan Of(Capture capture)
    {
        PlanBuilder builder = new(capture.Path);
        for (int row = 0; row < capture.Jobs.Length; row++)
        {
            // As in the kernel: the scheduler's pair is made at submission, the hardware's fence when the job goes to its ring.
            CaptureJob job = capture.Jobs[row];
            builder.Add(job.ScheduledContext, SchedulerDriver, job.Timeline, job.Seqno, job.SubmitNs, job.ScheduledSignalNs, row);
            builder.Add(CaptureJob.HardwareContext, HardwareDriver, job.Timeline, job.HardwareSeqno, job.RunNs, job.HardwareSignalNs, row, -(row + 1));
            builder.Add(job.FinishedContext, SchedulerDriver, job.Timeline, job.Seqno, job.SubmitNs, job.FinishedSignalNs, row, row + 1);
        }

        var plan = builder.Build();
        return new ReplayPlan
        {
            Contexts = plan.Contexts,
            Fences = plan.Fences,
            Emission = plan.Emission,
            FirstNs = plan.FirstNs,
            Jobs = capture.Jobs.Length,
            HasHardwareFences = true,
        };
    }
}
