using System.Globalization;
using FastFence.Bench.Collections;
using FastFence.Bench.Contenders;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Polling;
using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;
using FastFence.Tool.Reporting;

namespace FastFence.Bench.Rows;

/// <summary>By way of the poller that no collection stops.</summary>
internal static class NativePollerRows
{
    private const string Awaiting = "signal → awaiting observer through the native poller";
    private const string Word = "word written elsewhere → signaled, NativeAOT poller";
    private const double SmokeSeconds = 0.2;
    private const double SmokeMegabytesPerSecond = 50;
    private const double QuickSeconds = 1;
    private const double FullSeconds = 3;
    private const int QuickRounds = 3;
    private const int FullRounds = 7;

    public static IEnumerable<GateRow> All => NativePollerLibrary.IsAvailable
        ?
        [
            new()
            {
                Operation = Awaiting,
                Threads = 2,
                Must = new Must(PhysicalUnit.FutexAndPool, 1, "raw futex + pool hop"),
                Ours = static () => new FencePolledAwait(),
                Peers = [static () => new TaskPolledAwait()],
            },
            new()
            {
                Operation = Word,
                Threads = 2,
                RoundsMust = "p50 ≤ 0.3 µs, p99 ≤ 5 µs or 1.25 × spin",
                InRounds = Words,
            },
        ]
        : [Without(Awaiting), Without(Word)];

    private static GateRow Without(string operation) => new()
    {
        Operation = operation,
        Absent = $"no native poller: {NativePollerLibrary.Reason}",
    };

    // The tool's own run: the device a process of its own, this one under a load of garbage, a watcher without engine as the measure.
    private static GateResult Words(MeasurePlan plan, GateRow row)
    {
        bool isQuick = plan.Attempts == 1;
        IReadOnlyList<PauseReport> reports = CollectionRounds.Measure(new RunOptions
        {
            Seconds = plan.IsSmoke ? SmokeSeconds : isQuick ? QuickSeconds : FullSeconds,
            GcLoad = plan.IsSmoke ? SmokeMegabytesPerSecond : CollectionRounds.MegabytesPerSecond,
            Poller = plan.IsSmoke ? PollerChoice.Native : PollerChoice.Both,
        }, plan.IsSmoke ? 1 : isQuick ? QuickRounds : FullRounds);
        PoolCores.Forget();
        if (plan.IsSmoke)
        {
            return new GateResult
            {
                Row = row,
                Verdict = Verdict.Smoke,
            };
        }

        LatencySummary[] ours = Of(reports, "native");
        LatencySummary[] managed = Of(reports, "managed");
        LatencySummary[] spin = Of(reports, PauseFigures.RawSpin);
        double[] scores = [.. ours.Zip(spin, CollectionRounds.Score)];
        return new GateResult
        {
            Row = row,
            Verdict = CollectionRounds.Judge([.. ours.Zip(spin)]) switch
            {
                Gates.ExitCodes.Holds => Verdict.Holds,
                Gates.ExitCodes.Missed => Verdict.Misses,
                _ => Verdict.Inconclusive,
            },
            OursNanoseconds = Median(ours, static s => s.P50),
            Peer = "managed poller",
            PeerNanoseconds = Median(managed, static s => s.P50),
            Score = scores.Order().ElementAt(scores.Length / 2),
            BlockScores = scores,
            Attempts = 1,
            Note = string.Create(CultureInfo.InvariantCulture,
                $"p99 {Us(ours)} µs, managed {Us(managed)}, raw spin {Us(spin)} in {reports.Count} rounds of {reports[0].Options.Seconds} s"),
        };
    }

    private static string Us(LatencySummary[] rounds) => (Median(rounds, static s => s.P99) / 1000).ToString("0.0", CultureInfo.InvariantCulture);

    private static LatencySummary[] Of(IReadOnlyList<PauseReport> reports, string poller) => [.. reports.Select(r => CollectionRounds.Of(r, poller))];

    private static double Median(LatencySummary[] rounds, Func<LatencySummary, long> figure) => rounds.Select(figure).Order().ElementAt(rounds.Length / 2);
}
