using System.Globalization;
using FastFence.Platform;

namespace FastFence.Torture.Litmuses;

/// <summary>Runs every litmus and judges it.</summary>
internal static class Litmus
{
    /// <summary>Fewer rounds than this prove nothing: the skews have not all come round some ten times.</summary>
    internal const long FewestRounds = 1000;

    /// <summary>Misses after which a control or a twin has shown enough.</summary>
    private const long Enough = 8;

    /// <summary>Runs them.</summary>
    internal static LitmusReport Execute(LitmusOptions options)
    {
        int[] cores = Cores(options);
        if (cores.Length < 2)
        {
            return Unsupported("two cores are needed: on one, its own stores are seen in order, and nothing could fail");
        }

        try
        {
            LitmusResult[] results = [.. LitmusList.All.Select(e => RunOne(e, options, cores))];
            return new LitmusReport { Cores = cores, Results = results, Verdict = Overall(results.Select(static r => r.Verdict)) };
        }
        catch (NotSupportedException e)
        {
            return Unsupported(e.Message);
        }
    }

    /// <summary>The verdict of several: a violation decides, then whatever is no pass.</summary>
    internal static Verdict Overall(IEnumerable<Verdict> verdicts)
    {
        HashSet<Verdict> all = [.. verdicts];
        return all.Contains(Verdict.Violation) ? Verdict.Violation
            : all.Contains(Verdict.Unsupported) ? Verdict.Unsupported
            : all.Contains(Verdict.Inconclusive) || all.Count == 0 ? Verdict.Inconclusive
            : Verdict.Pass;
    }

    /// <summary>The verdict of one.</summary>
    internal static (Verdict Verdict, string Reason) Judge(PartResult control, PartResult twin, PartResult engine) =>
        engine.Missed != 0 ? (Verdict.Violation, "both sides missed each other in the engine's own code")
        : control.Missed == 0 ? (Verdict.Inconclusive, "without any ordering nothing was missed either: the detector is not proven live")
        : twin.Missed == 0 ? (Verdict.Inconclusive, "the twin without the barrier was not caught")
        : engine.Rounds < FewestRounds ? (Verdict.Inconclusive, string.Create(
            CultureInfo.InvariantCulture, $"only {engine.Rounds} rounds in the time given, {FewestRounds} are needed"))
        : (Verdict.Pass, "the machine reorders, the twin was caught, the engine never missed");

    private static LitmusReport Unsupported(string reason) => new() { Verdict = Verdict.Unsupported, Reason = reason };

    private static LitmusResult RunOne(LitmusEntry entry, LitmusOptions options, int[] cores)
    {
        LitmusRunner runner = new(cores[0], cores[1], TimeSpan.FromSeconds(options.Seconds));
        using LitmusPair control = new StoreBufferControl();
        using LitmusPair twin = entry.Create(false);
        using LitmusPair engine = entry.Create(options.Break != entry.Name);
        PartResult controlled = runner.Run(control, long.MaxValue, Enough);
        PartResult twinned = runner.Run(twin, long.MaxValue, Enough);
        PartResult held = runner.Run(engine, options.Rounds, long.MaxValue);
        (Verdict verdict, string reason) = Judge(controlled, twinned, held);
        return new LitmusResult(entry.Name, entry.Orderings, verdict, reason, controlled, twinned, held);
    }

    private static int[] Cores(LitmusOptions options)
    {
        int[] allowed = Affinity.TryGetCurrent(out CoreSet set) ? [.. Enumerable.Range(0, CoreSet.Capacity).Where(set.Contains)] : [];
        return options.Cores.Count == 0
            ? [.. allowed.Take(2)]
            : [.. options.Cores.Distinct().Where(allowed.Contains).Take(2)];
    }
}
