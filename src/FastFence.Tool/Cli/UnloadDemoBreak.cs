using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>A protection that <c>demo unload --break</c> takes out, to prove that its detector is live.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UnloadDemoBreak>))]
internal enum UnloadDemoBreak
{
    /// <summary>Nothing is broken.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Drivers free the memory of their names while fences are pending, without a grace period.</summary>
    [JsonStringEnumMemberName("early-free")] EarlyFree,

    /// <summary>The driver's name is expected where the timeline's belongs.</summary>
    [JsonStringEnumMemberName("swapped-names")] SwappedNames,

    /// <summary>Unload leaves out the callbacks of the exporter's code.</summary>
    [JsonStringEnumMemberName("keep-callbacks")] KeepCallbacks,

    /// <summary>A reader stays inside a section for one unload.</summary>
    [JsonStringEnumMemberName("stuck-reader")] StuckReader,
}
