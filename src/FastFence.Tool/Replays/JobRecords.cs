namespace FastFence.Tool.Replays;

/// <summary>Writes the jobs of a replay to the flight recorder, as the kernel's scheduler would. Submitting thread only.</summary>
internal sealed class JobRecords(ReplayPlan plan)
{
    private readonly Dictionary<int, FenceRef> _queued = [];
    private readonly HashSet<int> _running = [];

    /// <summary>A fence of the plan has been emitted; see <see cref="ReplayFence.Job"/>.</summary>
    internal void Emitted(Fence fence, int job)
    {
        if (job > 0)
        {
            FlightRecorder.RecordJob(JobEvent.Queue, fence, (ulong)job, queued: 1);
            if (!plan.HasHardwareFences || _running.Remove(job))
            {
                Run(fence, job);
            }
            else if (fence.TryAcquire(out FenceRef held))
            {
                _queued.Add(job, held); // it may have signaled, and gone, before its job's turn comes here
            }
        }
        else if (job < 0 && _queued.Remove(-job, out FenceRef finished))
        {
            Run(finished.Fence, -job);
            finished.Dispose();
        }
        else if (job < 0)
        {
            _running.Add(-job); // queued and run at one time: the ring's fence came first
        }
    }

    /// <summary>The play has ended, maybe early.</summary>
    internal void Release()
    {
        foreach (FenceRef held in _queued.Values)
        {
            held.Dispose();
        }

        _queued.Clear();
    }

    private static void Run(Fence finished, int job) =>
        FlightRecorder.RecordJob(JobEvent.Run, finished, (ulong)job, queued: 1, onDevice: 1);
}
