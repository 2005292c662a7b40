using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>A promise that <c>demo await --break</c> breaks, to prove that its detector is live.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AwaitDemoBreak>))]
internal enum AwaitDemoBreak
{
    /// <summary>Nothing is broken.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>One await each round is of a fence that is signaled already.</summary>
    [JsonStringEnumMemberName("signaled-before")] SignaledBefore,

    /// <summary>One await never resumes.</summary>
    [JsonStringEnumMemberName("lose-await")] LoseAwait,

    /// <summary>Each await leaves an object behind.</summary>
    [JsonStringEnumMemberName("garbage")] Garbage,

    /// <summary>The thread pool is not limited, but given more threads.</summary>
    [JsonStringEnumMemberName("more-threads")] MoreThreads,

    /// <summary>One fence's reference is never released.</summary>
    [JsonStringEnumMemberName("leak-fence")] LeakFence,
}
