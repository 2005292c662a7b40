using System.Text.Json.Serialization;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Reporting;

/// <summary>The results of <c>run</c>.</summary>
internal sealed class RunReport : Report
{
    [JsonPropertyOrder(-1)]
    public required RunOptions Options { get; init; }

    [JsonPropertyOrder(-1)]
    public ulong Seed => Options.Seed;
}
