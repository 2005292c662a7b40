using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Latency.Latencies;

/// <summary>All rows of <c>latency</c>, printed as they come.</summary>
internal static class LatencyTable
{
    private const string OneCore = "needs two usable cores";

    /// <summary>Measures the groups and rows that <paramref name="only"/> names; gives the exit code.</summary>
    /// <exception cref="ArgumentException">There are none of that name.</exception>
    public static int Run(MeasurePlan plan, string? only, FileInfo? json, TextWriter output)
    {
        IReadOnlyList<LatencyGroup> groups = LatencyGroups.Named(only);
        List<LatencyRow> measured = [];
        int ran = 0;
        int absent = 0;
        foreach (LatencyGroup group in groups)
        {
            foreach (LatencySubject subject in group.Subjects)
            {
                string title = $"{group.Name}: {subject.Operation}";
                if (subject.Ours == null || (subject.Threads > 1 && !Cores.AreTwo))
                {
                    absent++;
                    output.WriteLine($"{title}: absent: {subject.Absent ?? OneCore}");
                    if (!plan.IsSmoke)
                    {
                        output.WriteLine();
                    }

                    continue;
                }

                LatencyRow row = LatencyRun.Measure(group.Name, subject, plan);
                ran++;
                if (plan.IsSmoke)
                {
                    output.WriteLine($"{title}: ran in batches too small to measure anything");
                }
                else
                {
                    LatencyText.Write(output, title, subject, row);
                    measured.Add(row);
                }

                output.Flush();
            }
        }

        output.WriteLine(plan.IsSmoke ? $"smoke: {ran} rows ran, {absent} absent; no figures" : $"{ran} rows, {absent} absent (absent is not measured)");
        if (json != null)
        {
            LatencyJson.Write(json, plan, measured);
        }

        return ExitCodes.Holds;
    }
}
