using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>Options of <c>run</c>, already checked.</summary>
internal sealed record RunOptions
{
    /// <summary>How long to run, over 0.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>Simulated GPU engines.</summary>
    public int Engines { get; init; } = 1;

    /// <summary>Exporters (drivers).</summary>
    public int Exporters { get; init; } = 2;

    /// <summary>Timelines, shared out over the exporters.</summary>
    public int Timelines { get; init; } = 4;

    /// <summary>Threads that emit.</summary>
    public int Submitters { get; init; } = 1;

    /// <summary>Threads that add callbacks, wait, read names and describe.</summary>
    public int Observers { get; init; } = 1;

    /// <summary>Which poller.</summary>
    public PollerChoice Poller { get; init; }

    /// <summary>Where the simulated GPU is.</summary>
    public DeviceChoice Device { get; init; }

    /// <summary>Garbage in MB/s; over 0 the run measures what collections do to the poller, against a device in another process.</summary>
    public double GcLoad { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether the flight recorder runs, and with which clock.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<RecordingMode>))]
    public RecordingMode Record { get; init; } = RecordingMode.Coarse;

    /// <summary>A file that the recorder's memory is mapped from; null for memory.</summary>
    public string? RecordFile { get; init; }

    /// <summary>File for a trace of the run's last records; null for none.</summary>
    public string? Trace { get; init; }

    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }

    /// <summary>Whether misuse is looked for.</summary>
    public bool Checked { get; init; }

    /// <summary>Tests only: what to break.</summary>
    public BreakKind Break { get; init; }
}
