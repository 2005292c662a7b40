// The EventSource "FastFence": counters for tools that know no meters, rare events with what a person needs to act on, and fences one by one
// for who asks for those (keyword Fences, level Verbose). The hot paths know nothing of it: fences reach it from the flight recorder, by
// FenceEventPump, so a session that wants none costs them the recorder's one test.
//
// Numbers stand before texts and all have 64 bits, so one way of writing serves every event. A keyword used and not declared in the nested
// class would make the whole source refuse without a word (a test writes through each).
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;

namespace FastFence.Telemetry;

/// <summary>What listeners of EventPipe, ETW and <see cref="EventListener"/> get. Any thread; does nothing while nobody listens.</summary>
[EventSource(Name = "FastFence")]
internal sealed partial class FenceEventSource : EventSource
{
    /// <summary>The one instance.</summary>
    public static readonly FenceEventSource Log = new();

    private const int MostNumbers = 6;

    private FenceEventSource()
    {
    }

    /// <summary>Is there a listener for what happens rarely?</summary>
    public bool WantsRare => IsEnabled(EventLevel.Warning, Keywords.Engine);

    /// <summary>Is there a listener for single fences?</summary>
    public bool WantsFences => IsEnabled(EventLevel.Verbose, Keywords.Fences);

    /// <summary>What a session may ask for.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "EventSource looks for a nested class of this name.")]
    public static class Keywords
    {
        /// <summary>Stalls, hangs, losses, unloads, faults, refusals, misuses.</summary>
        public const EventKeywords Engine = (EventKeywords)1;

        /// <summary>Every event of every fence, at level Verbose.</summary>
        public const EventKeywords Fences = (EventKeywords)2;
    }

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Command == EventCommand.Enable)
        {
            EventCounters.MakeOnce(this);
            FenceEventPump.Start(this); // not by Log: a session may be there before we are, and this is our constructor
        }
    }

    // Never WriteEvent(int, params object[]): it makes its array before it asks whether anybody listens.
    [NonEvent]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Numbers and texts only.")]
    private unsafe void Write(int id, ReadOnlySpan<long> numbers, string? text = null, string? more = null, string? most = null)
    {
        EventData* data = stackalloc EventData[MostNumbers + 3];
        int count = numbers.Length;
        fixed (long* number = numbers)
        fixed (char* first = text ?? string.Empty)
        fixed (char* second = more ?? string.Empty)
        fixed (char* third = most ?? string.Empty)
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                data[i] = new EventData { DataPointer = (nint)(number + i), Size = sizeof(long) };
            }

            Put(data, ref count, first, text);
            Put(data, ref count, second, more);
            Put(data, ref count, third, most);
            WriteEventCore(id, count, data);
        }
    }

    [NonEvent]
    private static unsafe void Put(EventData* data, ref int count, char* chars, string? text)
    {
        if (text != null)
        {
            data[count++] = new EventData { DataPointer = (nint)chars, Size = (text.Length + 1) * sizeof(char) };
        }
    }
}
