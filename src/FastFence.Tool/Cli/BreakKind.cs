using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>A protection that <c>run --break</c> breaks once, to prove that its detector is live.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BreakKind>))]
internal enum BreakKind
{
    /// <summary>Nothing is broken.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>A callback that was added is never run.</summary>
    [JsonStringEnumMemberName("drop-callback")] DropCallback,

    /// <summary>A fence is signaled a second time.</summary>
    [JsonStringEnumMemberName("signal-twice")] SignalTwice,

    /// <summary>A reference is never released.</summary>
    [JsonStringEnumMemberName("leak-fence")] LeakFence,

    /// <summary>A name is read that is not the fence's.</summary>
    [JsonStringEnumMemberName("wrong-name")] WrongName,

    /// <summary>A fence is read after its grace period.</summary>
    [JsonStringEnumMemberName("read-late")] ReadLate,

    /// <summary>A name is asked for outside an access section; found in checked mode only.</summary>
    [JsonStringEnumMemberName("misuse")] Misuse,
}
