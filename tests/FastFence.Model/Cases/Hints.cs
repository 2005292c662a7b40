using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Polling;

namespace FastFence.Model.Cases;

/// <summary>A setter changes the deadlines of a timeline while a poller reads them: it reads the old ones, the new ones, or that they change.</summary>
internal sealed unsafe class HintsRead : ModelCase
{
    public override string Title => "add a deadline hint; read the soonest";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("HINT-WRITE", WeakenKind.Relaxed),
        new("HINT-READ", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        DeadlineHints.TryAdd(World.Timeline, 1, 10);
        DeadlineHints.TryAdd(World.Timeline, 2, 50);
        World.Timeline->Completed = 2;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            DeadlineHints.TryAdd(World.Timeline, 3, 20);
            return;
        }

        // Steps 1 and 2 have signaled: there is nothing, then 20. A mixture is the time of one hint for the fence of another.
        long soonest = DeadlineHints.Soonest(World.Timeline, 0);
        Require(soonest is 0 or 20 or long.MaxValue, $"the soonest deadline is read as {soonest}");
    }

    public override void End() => Require(DeadlineHints.Soonest(World.Timeline, 0) == 20, "the new hint is lost");
}

/// <summary>A poller goes to sleep while a deadline is set: it sees the hint before, or is woken.</summary>
internal sealed unsafe class HintAgainstSleep : RingCase
{
    public override string Title => "add a deadline hint, wake the poller; sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("HINT-WAKE", WeakenKind.Removed),
        new("HINT-WAKE", WeakenKind.Relaxed, "a look only: the poller's process-wide barrier orders it behind the hint"),
        new("POLLER-SLEEP", WeakenKind.Relaxed, "the full exchange that makes the version odd stands before the setter's look, and odd means: do not sleep", Operation: "Barrier"),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Emit(0);
        World.Timeline->PollerAsleep = (nint)(&Poller->Wake.Asleep);
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            // Now: a poller that sees it stays awake.
            DeadlineHints.TryAdd(World.Timeline, 1, Platform.MonotonicClock.Nanoseconds);
            DeadlineHints.WakePoller(World.Timeline);
            return;
        }

        while (DeadlineHints.Soonest(World.Timeline, 0) == long.MaxValue)
        {
            PollerCore.Idle(Poller, World.Cache(PollerThread), 0, 0);
        }
    }
}
