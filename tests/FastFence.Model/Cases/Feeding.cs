using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>A ring with jobs that wait for a fence of another timeline.</summary>
internal abstract unsafe class FeedCase : RingCase
{
    /// <summary>What the jobs wait for.</summary>
    protected Fence InFence { get; private set; }

    public override void SetUp()
    {
        base.SetUp();
        RingFeed.TryPrepare(Ring);
        InFence = new Fence(FenceLife.Create(World.Cache(0), World.NewTimeline(), 1, 0, 2, 0));
        Names.Set(ref Ring->LastWaiting, "last waiting");
        Names.Set(ref Ring->FeedCursor, "feed cursor");
        Names.Set(ref RingFeed.WaitOf(Ring, 1)->Count, "in-fences 1");
    }

    /// <summary>Emits a job that waits for it.</summary>
    protected void EmitWaiting(int thread)
    {
        RingWait wait = new() { Count = 1 };
        RingWait.FenceOf(&wait, 0) = InFence.Value;
        RingEmit.Emit(World.Cache(thread), Ring, new RingCommand { Opcode = 1 }, 0, 2, &wait, out _);
    }

    /// <summary>The poller's turns until it has let a job go out.</summary>
    protected void PollUntilFed()
    {
        ThreadCache* cache = World.Cache(PollerThread);
        for (int done = PollerCore.DoWork(Poller, cache, 0); Ring->FeedCursor == 0; done = PollerCore.DoWork(Poller, cache, 0))
        {
            PollerCore.Idle(Poller, cache, 0, done);
        }
    }
}

/// <summary>Emitter, poller, device: a job goes out when its in-fence has signaled, with that fence's results, and not before.</summary>
internal sealed unsafe class FeedWhole : FeedCase
{
    public override string Title => "emit a job that waits, signal its in-fence; feed; take";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FEED-PUBLISH", WeakenKind.Relaxed),
    ];

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                EmitWaiting(0);
                Atomic.StorePlain(ref World.Word(0), 1);
                FenceSignal.Signal(InFence, 0, 64);
                RingDoorbell.WakePoller(Ring); // as the node of a sleeping poller does
                break;
            case 1:
                PollUntilFed();
                break;
            default:
                while (!Consumer.TryTake(out _))
                {
                    Consumer.WaitForWork(long.MaxValue);
                }

                Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "a job goes out without its in-fence's results");
                break;
        }
    }
}

/// <summary>A job whose in-fence has signaled is emitted while the poller goes to sleep.</summary>
internal sealed class FeedAgainstSleep : FeedCase
{
    public override string Title => "emit a job that waits for nothing any more; feed, sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FEED-ANNOUNCE", WeakenKind.Relaxed, "the sleeping poller's process-wide barrier is a full fence of the emitter's, too"),
    ];

    public override void SetUp()
    {
        base.SetUp();
        FenceSignal.Signal(InFence, 0, 64);
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            EmitWaiting(0);
        }
        else
        {
            PollUntilFed();
        }
    }
}

/// <summary>Two emit jobs that wait for what never comes, while the poller looks: none goes out, and it will look at both.</summary>
internal sealed unsafe class FeedTwo : FeedCase
{
    public override string Title => "two emit jobs that wait; feed";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FEED-READ", WeakenKind.Relaxed),
        new("FEED-ANNOUNCE", WeakenKind.Torn),
    ];

    protected override int PollerThread => 2;

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            EmitWaiting(thread);
            return;
        }

        RingFeed.Feed(Ring);
        Require(Ring->FeedCursor == 0, "a job goes out whose in-fence is pending");
    }

    public override void End() => Require(Ring->LastWaiting == 2, $"the poller looks up to {Ring->LastWaiting} of 2");
}

/// <summary>A poller stands still while it lets a job go out; another one does, retires it, and the slot has its next round.</summary>
internal sealed unsafe class FeedTakenOver : FeedCase
{
    public override string Title => "two pollers feed; retire, emit the next round";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("FEED-PUBLISH", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Poller->Words.MayBeReplaced = 1;
        EmitWaiting(0);
        Emit(0);
        FenceSignal.Signal(InFence, 0, 64);
    }

    public override void Body(int thread)
    {
        RingFeed.Feed(Ring);
        if (thread == 1)
        {
            *(uint*)Ring->Word = 1;
            RingRetire.Look(World.Cache(1), Ring);
            RingRetire.Retire(World.Cache(1), Ring, 1, 6400, &Poller->Latency, &Poller->Words, 0);
            Emit(1);
        }
    }

    public override void End()
    {
        ulong reserved = World.Timeline->LastSeqno;
        Require(reserved < 3 || RingBlock.SlotOf(Ring, 3)->Publish == 3, $"position 3 says {RingBlock.SlotOf(Ring, 3)->Publish:X}");
        Require(RingBlock.SlotOf(Ring, 2)->Publish == 2, "position 2 is not published");
        Require(reserved == 3 || RingBlock.SlotOf(Ring, 1)->Publish == 1, "position 1 is not published");
    }
}
