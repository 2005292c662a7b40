using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>Where the simulated GPU of a run is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceChoice>))]
internal enum DeviceChoice
{
    /// <summary>On threads of this process.</summary>
    [JsonStringEnumMemberName("threads")] Threads,

    /// <summary>In a process of its own, which the run starts.</summary>
    [JsonStringEnumMemberName("process")] Process,

    /// <summary>The same, started by hand with the path that the run prints.</summary>
    [JsonStringEnumMemberName("manual")] Manual,
}
