using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FastFence.Tool.Captures;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Reporting;

/// <summary>The results of <c>replay</c>.</summary>
internal sealed class ReplayReport : Report
{
    [JsonPropertyOrder(-1)]
    public required ReplayOptions Options { get; init; }

    [JsonPropertyOrder(-1)]
    public required string Capture { get; init; }

    [JsonPropertyOrder(-1)]
    public required CaptureForm Form { get; init; }

    [JsonPropertyOrder(-1)]
    public ReplaySpeed Speed => Options.Speed;

    /// <summary>GPU jobs of the capture: rows of the jobs form, submissions of the events form.</summary>
    [JsonPropertyOrder(1)]
    public long Jobs { get; set; }

    /// <summary>Fences of the capture that signaled in the replay.</summary>
    [JsonPropertyOrder(1)]
    public long Fences { get; set; }

    /// <summary>Those of them that the poller signaled from a completion word.</summary>
    [JsonPropertyOrder(1)]
    public long RetiredByPoller { get; set; }

    [JsonPropertyOrder(1)]
    public long OrderViolations => Contexts.Sum(static c => c.OrderViolations);

    [JsonPropertyOrder(1)]
    public long GapsTotal => Contexts.Sum(static c => c.Gaps);

    /// <summary>Vblank rows, counted and skipped.</summary>
    [JsonPropertyOrder(1)]
    public long VblankRows { get; set; }

    /// <summary>Run rows of the events form.</summary>
    [JsonPropertyOrder(1)]
    public long RunRows { get; set; }

    /// <summary>Submit and run rows whose fence does not signal within the capture.</summary>
    [JsonPropertyOrder(1)]
    public long RowsWithoutSignal { get; set; }

    /// <summary>Distance of each signal time from the capture's, early or late, at the chosen speed.</summary>
    [JsonPropertyOrder(2)]
    public LatencySummary DeviationNs { get; set; } = LatencySummary.Empty;

    [JsonPropertyOrder(2)]
    public ImmutableArray<ContextReport> Contexts { get; set; } = [];
}
