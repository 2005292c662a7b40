using System.Diagnostics.Tracing;

namespace FastFence.Telemetry;

// Fences one by one. The event's own time is when it was handed over; `time` is when it happened (monotonic ns, as the flight recorder
// has it), `thread` whose event it was. Names are those captured when the timeline was made (C9). No Start and Stop pairs: EventSource would
// keep an activity for each.
internal sealed partial class FenceEventSource
{
    private const int FirstFenceEvent = 20;

    /// <summary>A fence was made.</summary>
    [Event(FirstFenceEvent, Level = EventLevel.Verbose, Keywords = Keywords.Fences)]
    public void FenceInit(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent, time, thread, context, seqno, driver, timeline);

    /// <summary>It was emitted on a ring.</summary>
    [Event(FirstFenceEvent + 1, Level = EventLevel.Verbose, Keywords = Keywords.Fences)]
    public void FenceEmit(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent + 1, time, thread, context, seqno, driver, timeline);

    /// <summary>Its exporter was asked to signal it.</summary>
    [Event(FirstFenceEvent + 2, Level = EventLevel.Verbose, Keywords = Keywords.Fences)]
    public void FenceEnableSignal(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent + 2, time, thread, context, seqno, driver, timeline);

    /// <summary>It signaled; <paramref name="error"/> is 0 or a negative errno.</summary>
    [Event(FirstFenceEvent + 3, Level = EventLevel.Verbose, Keywords = Keywords.Fences)]
    public void FenceSignaled(long time, long thread, long context, long seqno, long error, string driver, string timeline)
    {
        if (WantsFences)
        {
            Write(FirstFenceEvent + 3, [time, thread, context, seqno, error], driver, timeline);
        }
    }

    /// <summary>A thread began to wait for it.</summary>
    [Event(FirstFenceEvent + 4, Level = EventLevel.Verbose, Keywords = Keywords.Fences, Opcode = EventOpcode.Info)]
    public void FenceWaitBegin(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent + 4, time, thread, context, seqno, driver, timeline);

    /// <summary>The thread stopped waiting.</summary>
    [Event(FirstFenceEvent + 5, Level = EventLevel.Verbose, Keywords = Keywords.Fences, Opcode = EventOpcode.Info)]
    public void FenceWaitEnd(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent + 5, time, thread, context, seqno, driver, timeline);

    /// <summary>Its last reference was dropped.</summary>
    [Event(FirstFenceEvent + 6, Level = EventLevel.Verbose, Keywords = Keywords.Fences)]
    public void FenceDestroy(long time, long thread, long context, long seqno, string driver, string timeline) =>
        OfFence(FirstFenceEvent + 6, time, thread, context, seqno, driver, timeline);

    /// <summary>Records were overwritten before they could be handed over; so many since the last such event.</summary>
    [Event(FirstFenceEvent + 7, Level = EventLevel.Warning, Keywords = Keywords.Fences)]
    public void FenceEventsLost(long thread, long lost)
    {
        if (WantsFences)
        {
            Write(FirstFenceEvent + 7, [thread, lost]);
        }
    }

    [NonEvent]
    private void OfFence(int id, long time, long thread, long context, long seqno, string driver, string timeline)
    {
        if (WantsFences)
        {
            Write(id, [time, thread, context, seqno], driver, timeline);
        }
    }
}
