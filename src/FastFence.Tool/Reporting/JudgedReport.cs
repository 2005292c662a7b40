using System.Text.Json.Serialization;

namespace FastFence.Tool.Reporting;

/// <summary>What every report ends in: the promises that were broken, by kind. Filled after the threads were joined.</summary>
internal abstract class JudgedReport
{
    [JsonPropertyOrder(-2)]
    public int Pid { get; init; } = Environment.ProcessId;

    /// <summary>Sum of <see cref="ViolationKinds"/>.</summary>
    public long Violations => ViolationKinds.Values.Sum();

    /// <summary>Broken promises by kind. Sorted, so that two reports can be compared.</summary>
    public SortedDictionary<string, long> ViolationKinds { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Nothing was broken.</summary>
    [JsonIgnore]
    internal virtual bool IsClean => Violations == 0;

    /// <summary>Counts violations of one kind; a count of 0 leaves no entry.</summary>
    internal void AddViolations(string kind, long count)
    {
        if (count != 0)
        {
            ViolationKinds[kind] = ViolationKinds.GetValueOrDefault(kind) + count;
        }
    }

    /// <summary>For people, a line a kind.</summary>
    internal void WriteViolations(TextWriter writer)
    {
        foreach ((string kind, long count) in ViolationKinds)
        {
            writer.WriteLine($"violation: {kind}: {Units.Count(count)}");
        }
    }
}
