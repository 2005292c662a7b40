using FastFence.Platform;

namespace FastFence.Tool.Replays;

/// <summary>
/// The device's side of all rings: takes commands and writes completion words when the capture's fences signaled. One thread
/// for all contexts, since the capture's order goes across them.
/// </summary>
internal sealed class DeviceSide(Play play)
{
    /// <summary>Completes everything that is emitted; ends when nothing more will be.</summary>
    internal void Run()
    {
        ReplayPlan plan = play.Plan;
        for (int i = 0; i < plan.Fences.Length; i++)
        {
            Pace.WaitUntil(play.Pace.DueOf(plan.Fences[i].SignalNs), play);
            if (!WaitForEmit(i))
            {
                continue; // stopped: this one will never be emitted, one behind it may have been
            }

            Complete(play.Rings[plan.Fences[i].Context].Consumer, plan.Fences[i].Seqno);
            play.Paced = play.IsStopped ? play.Paced : i + 1;
        }

        // NOPs whose fence was not emitted any more.
        for (int c = 0; c < plan.Contexts.Length; c++)
        {
            Complete(play.Rings[c].Consumer, ulong.MaxValue);
        }
    }

    private bool WaitForEmit(int index)
    {
        while (!play.IsEmitted(index))
        {
            if (play.HasSubmitEnded && !play.IsEmitted(index))
            {
                return false;
            }

            CurrentThread.Yield();
        }

        return true;
    }

    private static void Complete(RingConsumer consumer, ulong seqno)
    {
        ulong before = consumer.Position;
        while (consumer.Position < seqno && consumer.TryTake(out _))
        {
        }

        if (consumer.Position != before)
        {
            consumer.Complete(consumer.Position);
        }
    }
}
