using FastFence.Tool.Reporting;

namespace FastFence.Tool.Replays;

/// <summary>From what was observed to the figures of the report.</summary>
internal static class Findings
{
    /// <summary>Fills the report after the play; the engine still lives, with its rings.</summary>
    internal static void Fill(ReplayReport report, Play play, FenceEngine engine)
    {
        EngineStatistics statistics = engine.GetStatistics();
        SubmitChecks checks = play.Checks;
        report.Jobs = play.Plan.Jobs;
        report.VblankRows = play.Plan.VblankRows;
        report.RunRows = play.Plan.RunRows;
        report.RowsWithoutSignal = play.Plan.RowsWithoutSignal;
        report.FencesCreated = statistics.FencesCreated;
        report.FencesSignaled = statistics.FencesSignaled;
        report.CallbacksRun = statistics.CallbacksRun;
        report.NamesRead = statistics.NamesRead;
        report.NamesReadPending = checks.Pending;
        report.StaleRefused = statistics.StaleRefused;
        report.ExportersOpened = report.ExportersClosed = play.Rings.Exporters.Length;

        // Every position that the poller has passed, less those without a fence, less those it ended for another reason than
        // the device's word.
        report.RetiredByPoller = statistics.Retired - play.Rings.Skipped - statistics.FencesFailed;
        report.RetireLatencyNs = Summarize(engine.Poller.GetRetireLatency());
        Observations(report, play);

        report.AddViolations("wrong-name", checks.WrongNames);
        report.AddViolations("wrong-seqno", checks.WrongSeqnos);
        report.AddViolations("not-observed", checks.Unobserved);
        report.AddViolations("signal-order", report.OrderViolations);
        report.AddViolations("never-signaled", play.Emitted - play.Records.Observed);
        report.AddViolations("not-retired-by-poller", Math.Abs(report.Fences - report.RetiredByPoller));
        report.AddViolations("wrong-nops", Math.Abs(play.Nops - play.Rings.Skipped));
        report.AddViolations("timestamp-order", SignalOrder.TimestampsBack(play.Plan, play.Records));
        report.AddViolations("signaled-twice", statistics.SignalsRepeated);
        report.AddViolations("word-refused", statistics.WordsRefused);
        report.AddViolations("poison-broken", statistics.PoisonBroken);
        report.AddViolations("slots-lost", statistics.SlotsLost);
    }

    private static void Observations(ReplayReport report, Play play)
    {
        ContextLedger ledger = new();
        LatencyRecorder deviation = new();
        foreach (int i in SignalOrder.Of(play.Plan, play.Records))
        {
            ReplayFence fence = play.Plan.Fences[i];
            ReplayContext context = play.Plan.Contexts[fence.Context];
            if (play.Records[i].Error != 0)
            {
                report.AddViolations("signaled-with-error", play.IsStopped ? 0 : 1); // a stop cancels what is outstanding
                continue;
            }

            report.Fences++;
            ledger.Signaled(context.Number, context.Timeline, context.Driver, fence.Seqno);
            if (!report.Speed.IsMax)
            {
                deviation.Record(Math.Abs(play.Records[i].TimestampNs - play.Pace.DueOf(fence.SignalNs)));
            }
        }

        report.Contexts = ledger.ToReports();
        report.DeviationNs = deviation.Summarize();
    }

    private static LatencySummary Summarize(IReadOnlyList<LatencyCount> counts)
    {
        LatencyRecorder recorder = new();
        foreach (LatencyCount count in counts)
        {
            recorder.Record(count.Nanoseconds, count.Count);
        }

        return recorder.Summarize();
    }
}
