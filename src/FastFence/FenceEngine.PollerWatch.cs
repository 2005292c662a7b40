// Watching the poller's heartbeat. A managed poller that rests is named. A native one is replaced as well: what stopped it is none of
// the host's garbage collections, since those stop the watch, too, and time counts in ticks of at most 50 ms.
using System.Globalization;
using FastFence.Polling;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private long _heartbeatSeen;
    private long _heartbeatRested;
    private bool _heartbeatReported;

    private void WatchPoller(long tick)
    {
        Poller.SettleFormer();
        if (Notified != null && Poller.TakeWarning() is { } warning)
        {
            Notify(NotificationKind.PollerFellBack, warning);
        }

        NativePollerThread? native = Poller.Kind == PollerKind.Native ? Poller.NativeThread : null;
        bool dead = native is { IsAlive: false };
        long beat = Poller.Heartbeat;
        bool resting = Poller.IsRunning && !Poller.IsParked && beat == _heartbeatSeen;
        _heartbeatSeen = beat;
        _heartbeatRested = resting ? _heartbeatRested + tick : 0;
        _heartbeatReported &= resting;
        bool late = _heartbeatRested > (long)Options.HeartbeatLimit.TotalNanoseconds;
        if (native != null && (dead || late))
        {
            ReplacePoller(native, dead);
        }
        else if (late && !_heartbeatReported)
        {
            _heartbeatReported = true;
            Notify(NotificationKind.PollerStalled, $"The poller has not moved for {_heartbeatRested / 1_000_000} ms: a native callback blocks it, or its core is taken.",
                facts: new EventFacts { Milliseconds = _heartbeatRested / 1_000_000 });
        }
    }

    private void ReplacePoller(NativePollerThread native, bool dead)
    {
        long rested = _heartbeatRested / 1_000_000;
        _heartbeatRested = 0;
        nint callback = native.CallbackNow(out ulong fence);
        string where = callback == 0
            ? "outside any callback: its core is taken, or a debugger holds it"
            : string.Create(CultureInfo.InvariantCulture, $"inside the native callback 0x{callback:x} of fence handle 0x{fence:x}; the callbacks behind it on that fence, and memory on limbo, wait for it");
        if (Poller.TryTakeOver(native))
        {
            Notify(
                NotificationKind.PollerReplaced,
                dead ? "The native poller's thread has ended; a managed poller has taken its place." : $"The native poller has not moved for {rested} ms, {where}. A managed poller has taken its place.",
                facts: new EventFacts { Milliseconds = rested });
        }
    }
}
