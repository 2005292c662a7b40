using FastFence.Tool.Captures;

namespace FastFence.Tool.Replays;

/// <summary>The plan of a capture in the events form: one fence a signal row.</summary>
/// <remarks>
/// The form has no row for the creation of a fence. A job's submission creates its finished fence and, one context below, its
/// scheduled one; where the capture began too late for the submission, its run row serves.
/// </remarks>
internal static class EventsPlan
{
    /// <summary>A fence of unknown creation is emitted this long before it signals: a short job of the capture.</summary>
    internal const long UnknownLeadNs = 1_000_000;

    /// <summary>The plan.</summary>
    internal static ReplayPlan Of(Capture capture)
    {
        Dictionary<(ulong Context, ulong Seqno), long> created = [];
        HashSet<(ulong Context, ulong Seqno)> signaled = [];
        PlanBuilder builder = new(capture.Path);
        long submits = 0, runs = 0, vblanks = 0;
        for (int row = 0; row < capture.Events.Length; row++)
        {
            CaptureEvent e = capture.Events[row];
            switch (e.Kind)
            {
                case CaptureEventKind.Submit:
                    submits++;
                    created.TryAdd((e.Context, e.Seqno), e.TimeNs);
                    break;
                case CaptureEventKind.Run:
                    runs++;
                    created.TryAdd((e.Context, e.Seqno), e.TimeNs); // rows come in time: a submission stands before
                    break;
                case CaptureEventKind.Signal:
                    signaled.Add((e.Context, e.Seqno));
                    builder.Add(e.Context, e.Driver, e.Timeline, e.Seqno, CreationOf(created, e), e.TimeNs, row,
                        created.ContainsKey((e.Context, e.Seqno)) ? row + 1 : 0);
                    break;
                default:
                    vblanks++;
                    break;
            }
        }

        var plan = builder.Build();
        return new ReplayPlan
        {
            Contexts = plan.Contexts,
            Fences = plan.Fences,
            Emission = plan.Emission,
            FirstNs = plan.FirstNs,
            Jobs = submits,
            RunRows = runs,
            RowsWithoutSignal = capture.Events.LongCount(e => e.Kind is CaptureEventKind.Submit or CaptureEventKind.Run && !IsPlayed(signaled, e)),
            VblankRows = vblanks,
        };
    }

    private static long CreationOf(Dictionary<(ulong Context, ulong Seqno), long> created, in CaptureEvent signal) =>
        created.TryGetValue((signal.Context, signal.Seqno), out long time)
        || created.TryGetValue((unchecked(signal.Context + 1), signal.Seqno), out time)
            ? time
            : Math.Max(0, signal.TimeNs - UnknownLeadNs);

    private static bool IsPlayed(HashSet<(ulong Context, ulong Seqno)> signaled, in CaptureEvent job) =>
        signaled.Contains((job.Context, job.Seqno)) || signaled.Contains((unchecked(job.Context - 1), job.Seqno));
}
