using System.Text.Json.Serialization;

namespace FastFence.Tool.Captures;

/// <summary>Which of the two documented forms a capture file has; its header line decides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CaptureForm>))]
internal enum CaptureForm
{
    /// <summary>One tracepoint event a row.</summary>
    [JsonStringEnumMemberName("events")] Events,

    /// <summary>One complete GPU job a row: submit, run, and the times its three fences signaled.</summary>
    [JsonStringEnumMemberName("jobs")] Jobs,
}
