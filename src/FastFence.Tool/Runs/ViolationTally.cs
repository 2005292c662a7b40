using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>Counts violations. Any thread; allocates nothing.</summary>
internal sealed class ViolationTally
{
    private static readonly ViolationKind[] s_kinds = Enum.GetValues<ViolationKind>();

    private readonly long[] _counts = new long[s_kinds.Length];

    /// <summary>Counts one, or several.</summary>
    internal void Add(ViolationKind kind, long count = 1) => Interlocked.Add(ref _counts[(int)kind], count);

    /// <summary>How many so far.</summary>
    internal long Count(ViolationKind kind) => Volatile.Read(ref _counts[(int)kind]);

    /// <summary>Hands all counts to a report.</summary>
    internal void AddTo(Report report)
    {
        foreach (ViolationKind kind in s_kinds)
        {
            report.AddViolations(NameOf(kind), Count(kind));
        }
    }

    /// <summary>Its name in reports.</summary>
    internal static string NameOf(ViolationKind kind) =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
