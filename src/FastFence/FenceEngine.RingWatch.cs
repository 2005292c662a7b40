// What follows when a ring's time is up (C3): the poller turns twice, so that a completion which nobody told it of is found; then the device is
// asked; then the ring is reset, or goes on.
using FastFence.Atomics;
using FastFence.Rings;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private const long TurnsBeforeVerdict = 2;

    // By context: where the poller's heartbeat and the ring's turn stood when it became suspect.
    private readonly Dictionary<ulong, (long Heartbeat, ulong Completed)> _suspects = [];

    private void Suspect(FenceRing ring)
    {
        _suspects[ring.Timeline.Context] = (Poller.Heartbeat, ring.Timeline.CompletedSeqno);
        Atomic.StoreRelease(ref ring.Suspect, 1);
        RingDoorbell.WakePoller(ring.Block);
        if (!Poller.IsRunning)
        {
            WatchSuspect(ring); // somebody steps it, or has not yet
        }
    }

    private void WatchSuspect(FenceRing ring)
    {
        (long heartbeat, ulong completed) = _suspects.GetValueOrDefault(ring.Timeline.Context);
        if (!ring.Timeline.IsFreed && ring.Timeline.CompletedSeqno == completed && Poller.IsRunning && Poller.Heartbeat - heartbeat < TurnsBeforeVerdict)
        {
            RingDoorbell.WakePoller(ring.Block);
            return;
        }

        Atomic.StoreRelease(ref ring.Suspect, 0);
        _suspects.Remove(ring.Timeline.Context);
        if (ring.Timeline.IsFreed || ring.Timeline.CompletedSeqno != completed)
        {
            return;
        }

        HangAnswer answer = ring.Device?.AskAboutHang(ring) ?? HangAnswer.Reset;
        if (answer == HangAnswer.StillRunning)
        {
            return; // its time starts anew
        }

        string verdict = answer == HangAnswer.Lost ? "is lost" : "answers";
        ring.HangsInARow = ring.LastHang == completed && ring.HangsInARow != 0 ? ring.HangsInARow + 1 : 1;
        bool banned = ring.HangsInARow > ring.HangLimit;
        Notify(NotificationKind.WatchdogFired, $"Ring context {ring.Timeline.Context}: no progress at seqno {completed} for {ring.Block->TimeoutNanoseconds / 1_000_000} ms, device {verdict}{(banned ? $"; {ring.HangsInARow} hangs in a row: the ring is closed" : string.Empty)}.", facts: EventFacts.Of(ring.Timeline));
        FenceError error = answer == HangAnswer.Lost ? FenceError.DeviceLost : FenceError.TimedOut;
        if (banned)
        {
            ring.Fail(error);
        }
        else
        {
            RingRecovery.Recover(ring, error, stuckAt: completed);
        }

        ring.LastHang = ring.Timeline.CompletedSeqno; // what completes behind this is progress
    }
}
