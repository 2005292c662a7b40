// The verb growth: each subject in turn, a line a series, an exit code as the gate's. In every curve all sizes have their turn in each
// round, one after the other on one thread; the fastest of a size counts.
using System.Globalization;
using FastFence.Bench.Gates;
using FastFence.Latency.Curves;

namespace FastFence.Latency.Growth;

/// <summary>Runs the curves.</summary>
internal static class GrowthRun
{
    // Readers come first: their records are never given back, and engines of other curves would leave some.
    private static readonly GrowthSubject[] s_subjects =
    [
        new("readers", ReaderCurves.Measure),
        new("callbacks", CallbackCurves.Measure),
        new("rings", RingCurves.Measure),
        new("contexts", ContextCurves.Measure),
        new("fences", FenceCurves.Measure),
    ];

    /// <summary>Measures, prints, writes; the exit code.</summary>
    /// <exception cref="ArgumentException">No curve has that name, or there is nowhere to write.</exception>
    public static int Run(GrowthPlan plan, string? only, DirectoryInfo? folder, TextWriter output)
    {
        GrowthSubject[] subjects = [.. s_subjects.Where(s => only == null || s.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        if (subjects.Length == 0)
        {
            throw new ArgumentException($"No curve's name contains '{only}'. There are: {string.Join(", ", s_subjects.Select(static s => s.Name))}.");
        }

        // What is small or quick does not take the place of kept results.
        folder ??= ReferenceEquals(plan, GrowthPlan.Full) ? Machine.ResultsFolder() : null;
        folder?.Create();
        GrowthTable.Begin(output);
        List<GrowthSeries> all = [];
        foreach (GrowthSubject subject in subjects)
        {
            foreach (GrowthCurve curve in subject.Measure(plan))
            {
                GrowthTable.Add(output, curve, plan.IsSmoke);
                all.AddRange(curve.Series);
                Keep(folder, plan, curve);
            }
        }

        double[] units = [.. all.Select(static s => s.Unit).Where(double.IsFinite)];
        output.WriteLine(plan.IsSmoke ? "smoke: every curve ran; too small to measure anything"
            : string.Create(CultureInfo.InvariantCulture, $"{Machine.Processor}, load average {Machine.Load:0.0}, locked RMW {units.Min():0.00} to {units.Max():0.00} ns"));
        return plan.IsSmoke ? ExitCodes.Holds
            : all.Any(static s => s.Verdict == Verdict.Misses) ? ExitCodes.Missed
            : all.Any(static s => s.Verdict == Verdict.Inconclusive) ? ExitCodes.Inconclusive
            : ExitCodes.Holds;
    }

    private static void Keep(DirectoryInfo? folder, GrowthPlan plan, GrowthCurve curve)
    {
        if (folder != null)
        {
            string path = Path.Combine(folder.FullName, $"growth-{curve.Name}");
            GrowthJson.Write(path + ".json", plan, curve, Machine.Load);
            GrowthPlot.Write(path + ".svg", plan, curve);
        }
    }
}
