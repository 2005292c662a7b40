using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using FastFence.Telemetry;

namespace FastFence.Tests.Telemetry;

/// <summary>What a listener in this process hears of the EventSource "FastFence": name and payload by parameter.</summary>
internal sealed class Heard : EventListener
{
    private readonly ConcurrentQueue<(string Name, Dictionary<string, object?> Payload)> _events = [];

    /// <summary>Listens for keywords.</summary>
    public Heard(EventLevel level, EventKeywords keywords) => EnableEvents(FenceEventSource.Log, level, keywords);

    /// <summary>What has come.</summary>
    public IReadOnlyList<(string Name, Dictionary<string, object?> Payload)> Events => [.. _events];

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        Dictionary<string, object?> payload = [];
        for (int i = 0; i < eventData.PayloadNames!.Count; i++)
        {
            payload[eventData.PayloadNames[i]] = eventData.Payload![i];
        }

        _events.Enqueue((eventData.EventName!, payload));
    }
}
