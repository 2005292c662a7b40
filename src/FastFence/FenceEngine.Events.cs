// What the engine has to say, on EventPipe. The same as its notifications, with what they are about as fields.
using System.Globalization;
using FastFence.Memory;
using FastFence.Telemetry;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private long _refusalsTold;

    private void WriteEvent(NotificationKind kind, string message, Exception? exception, MisuseEventArgs? misuse, in EventFacts facts)
    {
        FenceEventSource log = FenceEventSource.Log;
        if (!log.WantsRare)
        {
            return;
        }

        long engine = (long)_block->Pools.Serial;
        switch (kind)
        {
            case NotificationKind.ReaderStalled:
                log.ReaderStalled(engine, facts.Thread, facts.Milliseconds, message);
                break;
            case NotificationKind.WatchdogFired:
                log.FencesHung(engine, (long)facts.Context, (long)facts.Completed, (long)facts.Last, facts.Driver ?? string.Empty, facts.Timeline ?? string.Empty, message);
                break;
            case NotificationKind.RingFaulted:
                log.DeviceLost(engine, (long)facts.Context, (long)facts.Completed, (long)facts.Last, facts.Driver ?? string.Empty, facts.Timeline ?? string.Empty, message);
                break;
            case NotificationKind.PollerStalled or NotificationKind.PollerReplaced or NotificationKind.PollerFellBack:
                log.PollerDisturbed(engine, facts.Milliseconds, kind.ToString(), message);
                break;
            case NotificationKind.DispatcherBlocked:
                log.DispatcherBlocked(engine, message);
                break;
            case NotificationKind.CallbackFaulted:
                log.CallbackFaulted(engine, (long)facts.Fence, exception?.ToString() ?? string.Empty, message);
                break;
            case NotificationKind.Misuse:
                log.Misused(engine, misuse?.OsThreadId ?? 0, misuse?.Kind.ToString() ?? string.Empty, message);
                break;
            case NotificationKind.UnloadHeldUp:
                break; // the event of the unload's end says it
            default:
                log.Reported(engine, kind.ToString(), message);
                break;
        }
    }

    internal void WriteUnloaded(string driver, UnloadReport report)
    {
        (FenceEventSource log, long engine, long elapsed) = (FenceEventSource.Log, (long)_block->Pools.Serial, (long)report.Elapsed.TotalMicroseconds);
        if (!log.IsEnabled())
        {
            return;
        }

        if (report.IsComplete)
        {
            log.Unloaded(engine, elapsed, report.FencesSignaled, driver, report.ToString());
        }
        else
        {
            log.UnloadHeldUp(engine, elapsed, report.HeldBy.Count, driver, report.ToString());
        }
    }

    // A refusal says nothing by itself: who is at a bound is refused a million times a second. So they are counted, and told by the tick.
    private void ReportRefusals()
    {
        if (!FenceEventSource.Log.WantsRare)
        {
            return;
        }

        long refused = MeteredEngines.Read(_block, Counter.Refused);
        if (refused != _refusalsTold)
        {
            long live = EngineFigures.Live(_block), limbo = EngineFigures.LimboSlots(_block), most = (long)_block->Pools.LimboBound;
            FenceEventSource.Log.CreationRefused(
                (long)_block->Pools.Serial, refused - _refusalsTold, live, Options.MaxFences, limbo, most,
                string.Create(CultureInfo.InvariantCulture, $"{refused - _refusalsTold} creations refused: {live} fences live of {Options.MaxFences} ({nameof(Options.MaxFences)}), {limbo} slots on limbo of {most} ({nameof(Options.MaxLimbo)}), callback nodes up to {Options.MaxCallbacks} ({nameof(Options.MaxCallbacks)}). Release fences, raise the bound, or see which reader is late."));
            _refusalsTold = refused;
        }
    }
}
