using System.Text.Json.Serialization;

namespace FastFence.Torture.Litmuses;

/// <summary>What a litmus says. In order of the exit codes, 0 to 3.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>The machine reorders, the broken twin was caught, the engine's order held.</summary>
    [JsonStringEnumMemberName("pass")] Pass,

    /// <summary>The engine's order did not hold.</summary>
    [JsonStringEnumMemberName("violation")] Violation,

    /// <summary>Nothing was seen where something had to be: the engine's silence proves nothing.</summary>
    [JsonStringEnumMemberName("inconclusive")] Inconclusive,

    /// <summary>This machine cannot run it.</summary>
    [JsonStringEnumMemberName("unsupported")] Unsupported,
}
