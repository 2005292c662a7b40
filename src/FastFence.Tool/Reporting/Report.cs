using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace FastFence.Tool.Reporting;

/// <summary>What <c>run</c> and <c>replay</c> both report. Fill it after the threads were joined; rates are derived.</summary>
internal abstract class Report : JudgedReport
{
    /// <summary>The run was stopped by SIGINT or SIGTERM before its end.</summary>
    [JsonPropertyOrder(-2)]
    public bool Interrupted { get; set; }

    /// <summary>Time measured, without warm-up and teardown.</summary>
    public double Seconds { get; set; }

    public long FencesCreated { get; set; }

    public long FencesSignaled { get; set; }

    public long CallbacksRun { get; set; }

    public long WaitsCompleted { get; set; }

    public long NamesRead { get; set; }

    /// <summary>Names read while the fence was still pending.</summary>
    public long NamesReadPending { get; set; }

    public long Describes { get; set; }

    public long ExportersOpened { get; set; }

    public long ExportersClosed { get; set; }

    public double FencesPerSecond => PerSecond(FencesSignaled);

    public double CallbacksPerSecond => PerSecond(CallbacksRun);

    public double WaitsPerSecond => PerSecond(WaitsCompleted);

    public double NamesPerSecond => PerSecond(NamesRead);

    /// <summary>Bytes all threads allocated from the end of warm-up to stop, less the printing thread's own.</summary>
    public long ManagedBytes { get; set; }

    public double ManagedBytesPerFence => ManagedBytes / (double)Math.Max(1, FencesSignaled);

    /// <summary>Live slots after teardown: 0, or something leaked.</summary>
    public long LiveAtEnd { get; set; }

    /// <summary>Slots on limbo lists after teardown: 0, or something was not reclaimed.</summary>
    public long LimboAtEnd { get; set; }

    /// <summary>Handles of reclaimed fences that were offered and refused, as they should be.</summary>
    public long StaleRefused { get; set; }

    [JsonPropertyOrder(2)]
    public LatencySummary RetireLatencyNs { get; set; } = LatencySummary.Empty;

    [JsonPropertyOrder(2)]
    public LatencySummary GracePeriodNs { get; set; } = LatencySummary.Empty;

    [JsonPropertyOrder(3)]
    public ImmutableArray<SecondSample> Series { get; set; } = [];

    /// <summary>Nothing was broken and nothing was lost.</summary>
    internal override bool IsClean => base.IsClean && LiveAtEnd == 0 && LimboAtEnd == 0;

    private double PerSecond(long count) => Seconds > 0 ? count / Seconds : 0;
}
