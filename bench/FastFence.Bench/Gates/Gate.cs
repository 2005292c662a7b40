using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Bench.Gates;

/// <summary>All rows, one table, one exit code.</summary>
internal static class Gate
{
    /// <summary>Runs the rows whose operation contains <paramref name="only"/> and gives the exit code.</summary>
    public static int Run(MeasurePlan plan, string? only, FileInfo? json, TextWriter output)
    {
        GateRow[] rows = [.. RowCatalog.All.Where(r => only == null || r.Operation.Contains(only, StringComparison.OrdinalIgnoreCase))];
        if (rows.Length == 0)
        {
            throw new ArgumentException($"No row's operation contains '{only}'.", nameof(only));
        }

        IReadOnlyList<GateResult> results = Measure(rows, plan, output, out Noise noise);
        int code = ExitCodes.For(results);
        if (json != null)
        {
            GateJson.Write(json, plan, noise, results, code);
        }

        return code;
    }

    /// <summary>Measures rows and prints their table.</summary>
    public static IReadOnlyList<GateResult> Measure(IReadOnlyCollection<GateRow> rows, MeasurePlan plan, TextWriter output, out Noise noise)
    {
        noise = new Noise();
        RowRunner runner = new(plan, noise);
        GateTable table = new(output);
        List<GateResult> results = [];
        table.Begin();
        foreach (GateRow row in rows)
        {
            GateResult result = runner.Run(row);
            results.Add(result);
            table.Add(result);
        }

        output.WriteLine();
        if (!plan.IsSmoke)
        {
            output.WriteLine(noise.Describe());
        }

        GateResult? most = results.Where(r => double.IsFinite(r.AllocatedBytes)).MaxBy(r => r.AllocatedBytes);
        if (most != null && !plan.IsSmoke)
        {
            output.WriteLine(FormattableString.Invariant(
                $"managed bytes an operation, the most of our single-thread rows: {most.AllocatedBytes:0.###} ({most.Row.Operation})"));
        }

        output.WriteLine(Summary(plan, results));
        return results;
    }

    private static string Summary(MeasurePlan plan, List<GateResult> results)
    {
        int Count(Verdict verdict) => results.Count(r => r.Verdict == verdict);
        return plan.IsSmoke
            ? $"smoke: {Count(Verdict.Smoke)} rows ran in batches too small to measure anything, {Count(Verdict.Absent)} absent; no verdict"
            : $"{Count(Verdict.Holds)} hold, {Count(Verdict.Misses)} miss, {Count(Verdict.Inconclusive)} inconclusive, {Count(Verdict.Absent)} absent (absent is not passed)";
    }
}
