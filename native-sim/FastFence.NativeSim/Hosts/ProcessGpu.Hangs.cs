// What the host makes of a ring without progress. All that the device says is a hint: it can buy a job time, but not for ever.
using FastFence.NativeSim.Hosts;
using FastFence.NativeSim.Jobs;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim;

public sealed partial class ProcessGpu
{
    // A device may say so often in a row that a job is just long: then it is reset all the same (C3).
    private const int LongestPatience = 100;
    private const long LongestJobNanoseconds = 60_000_000_000;

    // A job that has said when it ends may be so late: its engine's thread, or its host's, has to get a core first. One that hangs does not say.
    private const long LatenessNanoseconds = 250_000_000;

    // A ring may wait for one that waits, and so on; a longer chain is taken for a circle.
    private const int LongestChain = 64;

    /// <inheritdoc/>
    /// <remarks>
    /// A ring behind others' jobs is innocent; a job that says when it will end is just long, up to a minute at a time; a ring that waits for another's
    /// value is innocent as long as that can still come. Each of them a hundred times in a row at most.
    /// </remarks>
    public override HangAnswer AskAboutHang(FenceRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        lock (_gate)
        {
            if (!_seats.TryGetValue(ring, out RingSeat? seat))
            {
                return HangAnswer.Lost;
            }

            if (seat.Life.IsDead && !seat.IsSettled && !_stopping)
            {
                return HangAnswer.StillRunning; // its rings are being moved, this one among them
            }

            ulong completed = ring.Timeline.CompletedSeqno;
            seat.Patience = seat.StuckAt == completed ? seat.Patience : 0;
            seat.StuckAt = completed;
            bool isComing = !seat.Life.WasReady; // its process is being started
            return (isComing || IsExcused(seat)) && ++seat.Patience < LongestPatience ? HangAnswer.StillRunning : HangAnswer.Reset;
        }
    }

    private unsafe bool IsExcused(RingSeat seat)
    {
        RingWords* words = seat.Life.Map.RingWordsOf(seat.Place);
        uint executing = Volatile.Read(ref seat.Life.Map.EngineWordsOf(seat.Engine)->Executing);
        switch ((JobState)Volatile.Read(ref words->Doing))
        {
            case JobState.Runs when executing == seat.Place + 1:
                return Volatile.Read(ref words->EndsAt) is > 0 and var end && end - DeviceClock.Nanoseconds is > -LatenessNanoseconds and < LongestJobNanoseconds;
            case JobState.Waits:
                return CanComeTrue(seat);
            default:
                return executing != 0 && executing != seat.Place + 1;
        }
    }

    // A value that nobody has submitted, of a ring that this device does not have, or in a circle, never comes; for any other the ring that is to bring it is watched
    // by its own time.
    private unsafe bool CanComeTrue(RingSeat seat)
    {
        for (int i = 0; i < LongestChain; i++)
        {
            RingWords* words = seat.Life.Map.RingWordsOf(seat.Place);
            if ((JobState)Volatile.Read(ref words->Doing) != JobState.Waits)
            {
                return true;
            }

            if (SeatOf(Volatile.Read(ref words->WaitsFor)) is not { } next || Volatile.Read(ref words->WaitsValue) > next.Ring!.Timeline.LastSeqno
                || (next.Life != seat.Life && next.Ring.Condition == RingCondition.Closed))
            {
                return false;
            }

            seat = next;
        }

        return false;
    }

    private RingSeat? SeatOf(ulong context)
    {
        foreach (RingSeat seat in _seats.Values)
        {
            if (seat.Ring!.Timeline.Context == context)
            {
                return seat;
            }
        }

        return null;
    }
}
