using System.Collections.Immutable;
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

    /// <summary>Processor time of the device's own process while it was measured; null where it runs in this one.</summary>
    [JsonPropertyOrder(1)]
    public double? DeviceProcessorSeconds { get; init; }

    /// <summary>The timelines that lived in the measured time, by their beginning.</summary>
    [JsonPropertyOrder(4)]
    public ImmutableArray<TimelineLife> Timelines { get; set; } = [];

    /// <summary>Timelines beyond those that were written down.</summary>
    [JsonPropertyOrder(4)]
    public long TimelinesLeftOut { get; set; }
}
