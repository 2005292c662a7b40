using System.Diagnostics.Tracing;

namespace FastFence.Telemetry;

// What happens rarely. Each event says what happened, to whom, and in its last text what to do; engines are numbered from 1 in each process.
internal sealed partial class FenceEventSource
{
    /// <summary>A reader holds up reclamation (C18).</summary>
    [Event(1, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void ReaderStalled(long engine, long threadId, long lateMilliseconds, string message)
    {
        if (WantsRare)
        {
            Write(1, [engine, threadId, lateMilliseconds], message);
        }
    }

    /// <summary>The watchdog has completed fences that took too long (C3).</summary>
    [Event(2, Level = EventLevel.Error, Keywords = Keywords.Engine)]
    public void FencesHung(long engine, long context, long completedSeqno, long lastSeqno, string driver, string timeline, string message)
    {
        if (WantsRare)
        {
            Write(2, [engine, context, completedSeqno, lastSeqno], driver, timeline, message);
        }
    }

    /// <summary>A ring's device is lost, does not come to rest, or wrote a word that cannot be.</summary>
    [Event(3, Level = EventLevel.Error, Keywords = Keywords.Engine)]
    public void DeviceLost(long engine, long context, long completedSeqno, long lastSeqno, string driver, string timeline, string message)
    {
        if (WantsRare)
        {
            Write(3, [engine, context, completedSeqno, lastSeqno], driver, timeline, message);
        }
    }

    /// <summary>The poller rests, fell back to the other kind, or was replaced: <paramref name="kind"/> says which.</summary>
    [Event(4, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void PollerDisturbed(long engine, long restedMilliseconds, string kind, string message)
    {
        if (WantsRare)
        {
            Write(4, [engine, restedMilliseconds], kind, message);
        }
    }

    /// <summary>A callback, or an executor's <c>Post</c>, blocks an engine thread.</summary>
    [Event(5, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void DispatcherBlocked(long engine, string message)
    {
        if (WantsRare)
        {
            Write(5, [engine], message);
        }
    }

    /// <summary>A callback or a destructor threw.</summary>
    [Event(6, Level = EventLevel.Error, Keywords = Keywords.Engine)]
    public void CallbackFaulted(long engine, long fence, string exception, string message)
    {
        if (WantsRare)
        {
            Write(6, [engine, fence], exception, message);
        }
    }

    /// <summary>An exporter has been taken away whole (C17).</summary>
    [Event(7, Level = EventLevel.Informational, Keywords = Keywords.Engine)]
    public void Unloaded(long engine, long elapsedMicroseconds, long fencesSignaled, string driver, string report)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Engine))
        {
            Write(7, [engine, elapsedMicroseconds, fencesSignaled], driver, report);
        }
    }

    /// <summary>An exporter could not be taken away within the limit: its code must stay loaded, and the report names who holds it (C17).</summary>
    [Event(11, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void UnloadHeldUp(long engine, long elapsedMicroseconds, long holders, string driver, string report)
    {
        if (WantsRare)
        {
            Write(11, [engine, elapsedMicroseconds, holders], driver, report);
        }
    }

    /// <summary>Creations were refused at a bound, so many since the last such event; at most one a tick of the reclaimer.</summary>
    [Event(8, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void CreationRefused(long engine, long refused, long live, long maxFences, long limbo, long maxLimbo, string message)
    {
        if (WantsRare)
        {
            Write(8, [engine, refused, live, maxFences, limbo, maxLimbo], message);
        }
    }

    /// <summary>Checked mode found a misuse.</summary>
    [Event(9, Level = EventLevel.Error, Keywords = Keywords.Engine)]
    public void Misused(long engine, long threadId, string kind, string message)
    {
        if (WantsRare)
        {
            Write(9, [engine, threadId], kind, message);
        }
    }

    /// <summary>What else an engine reports.</summary>
    [Event(10, Level = EventLevel.Warning, Keywords = Keywords.Engine)]
    public void Reported(long engine, string kind, string message)
    {
        if (WantsRare)
        {
            Write(10, [engine], kind, message);
        }
    }
}
