using FastFence.NativeSim;
using FastFence.Platform;
using FastFence.Tool.Conversions;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Replays;

/// <summary>Plays a plan on an engine of its own and fills the report.</summary>
internal sealed class Player(ReplayPlan plan, ReplayReport report, ReportOutput output, OwnTrace? trace = null)
{
    /// <summary>How long the poller and the dispatcher may take behind the device's last word; they need milliseconds.</summary>
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromSeconds(10);

    private readonly List<SecondSample> _series = [];

    /// <summary>Plays; a cancelled <paramref name="stop"/> ends it early.</summary>
    internal void Run(CancellationToken stop)
    {
        EngineWatch watch = new(output.Human);
        using SignalRecords records = new(plan.Fences.Length);
        using (FenceEngine engine = new(new FenceEngineOptions { Recording = trace == null ? RecordingMode.Off : RecordingMode.Precise }))
        {
            trace?.Begin();
            engine.Notified += watch.OnNotified;
            using SimulatedGpu gpu = new();
            ReplayRings rings = new(engine, plan, gpu);
            gpu.Start();
            Play play = new(plan, report.Speed, rings, records);
            long managed = GC.GetTotalAllocatedBytes(precise: true);
            long own = GC.GetAllocatedBytesForCurrentThread();
            play.Pace.Start();
            using (stop.Register(play.Stop))
            {
                Follow(play, engine);
            }

            Drain(play, engine);
            report.Seconds = (MonotonicClock.Nanoseconds - play.Pace.StartNs) / 1e9;
            long mine = GC.GetAllocatedBytesForCurrentThread() - own;
            report.ManagedBytes = Math.Max(0, GC.GetTotalAllocatedBytes(precise: true) - managed - mine);
            report.Interrupted = play.IsStopped;
            report.Series = [.. _series];
            Findings.Fill(report, play, engine);
            foreach (Exporter exporter in rings.Exporters)
            {
                exporter.Close();
            }

            engine.Barrier(s_drainLimit);
            EngineStatistics end = engine.GetStatistics();
            (report.LiveAtEnd, report.LimboAtEnd) = (end.FencesLive, end.Limbo);
        }

        trace?.Write(output.Human);

        watch.Fill(report);
    }

    // A progress line a second; the submitting thread and the device do the playing.
    private void Follow(Play play, FenceEngine engine)
    {
        Worker submit = new("replay submit", new Submitter(play).Run);
        ProgressLine progress = output.StartProgress();
        EngineStatistics before = engine.GetStatistics();
        for (int second = 1; !HasEnded(submit, play); second++)
        {
            EngineStatistics now = engine.GetStatistics();
            SecondSample sample = new(second, now.FencesSignaled - before.FencesSignaled, now.CallbacksRun - before.CallbacksRun,
                now.Waits - before.Waits, now.NamesRead - before.NamesRead, now.Limbo, now.FencesLive);
            progress.Print(sample);
            _series.Add(sample);
            before = now;
        }

        progress.Finish();
        submit.ThrowIfFaulted();
    }

    // The play ends when the submitter has ended and the device has completed what it got: waits a second for that. It asks the play
    // and not the token, which is canceled before its callback has stopped the play: unregistered in between, it never would.
    private static bool HasEnded(Worker submit, Play play)
    {
        long until = MonotonicClock.Nanoseconds + 1_000_000_000;
        while (!submit.Join(TimeSpan.FromMilliseconds(1)) || (play.Rings.Outstanding != 0 && !play.IsStopped))
        {
            if (MonotonicClock.Nanoseconds >= until)
            {
                return false;
            }
        }

        return true;
    }

    private static void Drain(Play play, FenceEngine engine)
    {
        long deadline = MonotonicClock.Nanoseconds + (long)s_drainLimit.TotalNanoseconds;
        if (play.IsStopped)
        {
            play.Rings.Cancel();
        }

        long positions = play.Emitted + play.Nops;
        while (MonotonicClock.Nanoseconds < deadline
            && (play.Rings.Outstanding != 0 || play.Records.Observed < play.Emitted || engine.GetStatistics().Retired < positions))
        {
            Nap.For(200_000);
        }
    }
}
