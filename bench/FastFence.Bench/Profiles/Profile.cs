using System.Globalization;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Profiles;

/// <summary>Measures all steps in turns, so that their differences mean something.</summary>
internal static class Profile
{
    /// <summary>Prints the best of each step in ns, in locked RMW, and the median of its blocks.</summary>
    public static int Run(MeasurePlan plan, string? only, TextWriter output)
    {
        ProfileStep[] steps =
        [
            .. LifePath.Steps.Concat(LifeParts.Steps).Concat(Ideas.Steps).Where(s => only == null || s.Name.Contains(only, StringComparison.OrdinalIgnoreCase)),
        ];
        if (steps.Length == 0)
        {
            throw new ArgumentException($"No step's name contains '{only}'.", nameof(only));
        }

        List<Contender> contenders = [.. steps.Prepend(new ProfileStep("locked RMW", () => Units.Create(PhysicalUnit.LockedRmw))).Select(s => s.Make())];
        double[][] minima = PairedRun.Measure(contenders, plan with { BlockNanoseconds = plan.BlockNanoseconds * steps.Length / 2 });
        double unit = minima[0].Min();
        output.WriteLine($"{"step",-66} {"best ns",9} {"RMW",7} {"median block",13}");
        for (int i = 0; i < contenders.Count; i++)
        {
            string name = i == 0 ? contenders[0].Name : steps[i - 1].Name;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-66} {minima[i].Min(),9:0.00} {minima[i].Min() / unit,7:0.00} {minima[i].Order().ElementAt(minima[i].Length / 2),13:0.00}"));
            contenders[i].Dispose();
        }

        return 0;
    }
}
