// Both pollers under the host's garbage collections, in turns: a device in a process of its own writes words, this process allocates. The
// tool's own run (run --gc-load), several times over, because a tail of one round is the scheduler's; judged by the median round.
using System.Globalization;
using System.Text.Json;
using FastFence.Bench.Gates;
using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;
using FastFence.Tool.Reporting;

namespace FastFence.Bench.Collections;

/// <summary>The verb <c>collections</c>.</summary>
internal static class CollectionRounds
{
    /// <summary>What the native poller must reach from the word to the signal, ns.</summary>
    public const long MustP50 = 300;

    /// <summary>The same for 99 of 100.</summary>
    public const long MustP99 = 5_000;

    /// <summary>How many times the p99 of the raw spin it may be, where that is above <see cref="MustP99"/>.</summary>
    public const double MustOfRawSpin = 1.25;

    /// <summary>What the host allocates meanwhile.</summary>
    public const double MegabytesPerSecond = 1000;

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Runs the rounds, prints a table, and gives the exit code.</summary>
    public static int Run(int rounds, double seconds, bool smoke, FileInfo? json, TextWriter output)
    {
        bool native = PauseRun.HasNativePoller(out string reason);
        RunOptions options = new()
        {
            Seconds = smoke ? 0.5 : seconds,
            GcLoad = smoke ? 50 : MegabytesPerSecond,
            Poller = native ? PollerChoice.Both : PollerChoice.Managed,
        };
        IReadOnlyList<PauseReport> reports = Measure(options, smoke ? 1 : rounds);
        if (smoke)
        {
            output.WriteLine("ran for too short a time to measure anything");
            return Gates.ExitCodes.Holds;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds of {seconds} s, {MegabytesPerSecond:0} MB/s asked for; medians of the rounds, p99 from best to worst round"));
        foreach (string poller in reports[0].Pollers.Select(static p => p.Poller))
        {
            PauseFigures[] all = [.. reports.Select(r => r.Pollers.Single(p => p.Poller == poller))];
            Write(output, poller, poller == PauseFigures.RawSpin ? "seen" : "signaled", all, static f => f.WordToSignaledNs);
            Write(output, poller, "native waiter woken", all, static f => f.WordToWaiterNs);
            Write(output, poller, "managed awaiter resumed", all, static f => f.WordToAwaiterNs);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {poller}: {Median(all, static f => (long)f.LoadMegabytesPerSecond)} MB/s, longest pause {all.Max(static f => f.PauseMaxMs):0.0} ms, stopped for {all.Average(static f => f.PauseTotalMs / f.Seconds / 10):0} % of the time; {all[0].Pinning}"));
        }

        if (json != null)
        {
            using FileStream stream = json.Create();
            JsonSerializer.Serialize(stream, new { Rounds = rounds, Seconds = seconds, Reports = reports.Select(static r => r.Pollers) }, s_options);
            stream.WriteByte((byte)'\n');
        }

        if (!native)
        {
            output.WriteLine($"absent: the native poller: {reason}");
            return Gates.ExitCodes.Holds;
        }

        int code = Judge([.. reports.Select(static r => (Of(r, "native"), Of(r, PauseFigures.RawSpin)))]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"native, word to signaled: p50 ≤ {MustP50} ns, p99 ≤ {MustP99} ns or ≤ {MustOfRawSpin} × raw spin of its round {(code == Gates.ExitCodes.Holds ? "HOLDS" : code == Gates.ExitCodes.Missed ? "MISSES" : "is inconclusive: the rounds disagree")}"));
        return code;
    }

    /// <summary>Runs rounds; no fence may be lost in them.</summary>
    public static IReadOnlyList<PauseReport> Measure(RunOptions options, int rounds)
    {
        List<PauseReport> reports = [];
        for (int i = 0; i < rounds; i++)
        {
            reports.Add(new PauseRun(options).Execute(CancellationToken.None));
            if (reports[^1].Lost != 0)
            {
                throw new InvalidOperationException($"{reports[^1].Lost} fences were not signaled although their words were written.");
            }
        }

        return reports;
    }

    /// <summary>
    /// Holds or misses by the rounds; where at least a quarter of them says otherwise, inconclusive. A p99 that a process which only looks at
    /// the word does not reach on this core cannot be asked of a poller: there the raw spin of the same round is the measure.
    /// </summary>
    public static int Judge(IReadOnlyList<(LatencySummary Native, LatencySummary RawSpin)> rounds)
    {
        int good = rounds.Count(static r => Score(r.Native, r.RawSpin) <= 1);
        return good * 4 > rounds.Count * 3 ? Gates.ExitCodes.Holds
            : good * 4 < rounds.Count ? Gates.ExitCodes.Missed
            : Gates.ExitCodes.Inconclusive;
    }

    /// <summary>Measured / allowed, the worse of p50 and p99; a round in which nothing was signaled has none that is good.</summary>
    public static double Score(LatencySummary native, LatencySummary rawSpin) => native.Count == 0
        ? double.PositiveInfinity
        : Math.Max((double)native.P50 / MustP50, native.P99 / Math.Max(MustP99, MustOfRawSpin * rawSpin.P99));

    /// <summary>From the word to the signal, or to the look of the raw spin.</summary>
    public static LatencySummary Of(PauseReport report, string poller) => report.Pollers.Single(p => p.Poller == poller).WordToSignaledNs;

    private static void Write(TextWriter output, string poller, string to, PauseFigures[] all, Func<PauseFigures, LatencySummary> row)
    {
        if (all.All(f => row(f).Count == 0))
        {
            return;
        }

        string At(Func<LatencySummary, long> figure) => Units.Time(Median(all, f => figure(row(f))));
        output.WriteLine(
            $"{poller,-8} {to,-24} p50 {At(static s => s.P50),9}  p99 {At(static s => s.P99),9} ({Units.Time(all.Min(f => row(f).P99))} to {Units.Time(all.Max(f => row(f).P99))})  "
            + $"p99.9 {At(static s => s.P999),9}  max {Units.Time(all.Max(f => row(f).Max)),9}  n {Units.Count(all.Sum(f => row(f).Count))}");
    }

    private static long Median(PauseFigures[] all, Func<PauseFigures, long> figure)
    {
        long[] sorted = [.. all.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }
}
