namespace FastFence.Bench.Gates;

/// <summary>Exit codes of the benchmark program.</summary>
internal static class ExitCodes
{
    /// <summary>Every must that could be judged holds; or a smoke run went through.</summary>
    public const int Holds = 0;

    /// <summary>A must is missed.</summary>
    public const int Missed = 1;

    /// <summary>Bad usage; nothing was measured.</summary>
    public const int Usage = 2;

    /// <summary>None is missed, some are inconclusive: after three such runs they count as missed.</summary>
    public const int Inconclusive = 3;

    /// <summary>A benchmark failed (the number is EX_SOFTWARE of sysexits.h).</summary>
    public const int Fault = 70;

    /// <summary>The code that goes with a table.</summary>
    public static int For(IReadOnlyCollection<GateResult> results) =>
        results.Any(r => r.Verdict == Verdict.Misses) ? Missed
        : results.Any(r => r.Verdict == Verdict.Inconclusive) ? Inconclusive
        : Holds;
}
