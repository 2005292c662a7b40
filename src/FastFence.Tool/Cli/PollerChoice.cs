using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>Which poller a run takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PollerChoice>))]
internal enum PollerChoice
{
    /// <summary>The native one where it is built.</summary>
    [JsonStringEnumMemberName("auto")] Auto,

    /// <summary>The native one, or nothing.</summary>
    [JsonStringEnumMemberName("native")] Native,

    /// <summary>The managed one.</summary>
    [JsonStringEnumMemberName("managed")] Managed,

    /// <summary>One after the other, under a load of garbage.</summary>
    [JsonStringEnumMemberName("both")] Both,
}
