using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>One of eight rings whose words stand side by side completes: turns find it by their wide look, with its results.</summary>
internal sealed unsafe class RingOctet : RingCase
{
    private RingBlock* _ring;

    public override string Title => "write one of eight words; turns until it is retired";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("WORD-LOOK", WeakenKind.Removed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        ulong* words = (ulong*)BlockHeap.TryAllocate(RingSet.Wide * sizeof(ulong));
        nint[] rings = new nint[RingSet.Wide];
        for (int i = 0; i < rings.Length; i++)
        {
            TimelineBlock* timeline = World.NewTimeline();
            timeline->Flags = TimelineFlags.Ring;
            RingBlock* ring = RingMemory.Create(World.Engine, timeline, 2, 64, (nint)(words + i), keepTimes: false, holeNanoseconds: 0);
            ring->Wake = &Poller->Wake;
            rings[i] = (nint)ring;
        }

        _ring = (RingBlock*)rings[5];
        Names.Set(ref words[5], "word 5");
        RingSet* set = RingSet.TryMake(rings, []);
        Require(set->Octets == 1, "eight words side by side are no octet");
        Poller->Rings = (nint)set;
        RingEmit.Emit(World.Cache(0), _ring, new RingCommand { Opcode = 1 }, 0, 2, out _);
        Settle();
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            new RingConsumer(_ring).Complete(1);
            return;
        }

        while (PollerCore.DoWork(Poller, World.Cache(PollerThread), 0) == 0)
        {
            CurrentThread.Yield();
        }

        Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "a position is retired without the device's results");
    }

    public override void End() => Require(_ring->Timeline->Completed == 1, "the position is not retired");
}

/// <summary>A ring begins to fail while a turn takes an earlier call for attention: this turn or the next ends what is outstanding.</summary>
internal sealed unsafe class RingAttention : RingCase
{
    public override string Title => "fail a ring, call for attention; a turn takes an earlier call";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("ATTENTION-CALL", WeakenKind.Relaxed),
        new("ATTENTION-CALL", WeakenKind.Removed),
        new("ATTENTION-TAKE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Emit(0);
        Settle();
        Poller->Wake.Attention = PollerWake.LookOnce;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Ring->FailError = 5;
            Atomic.StoreRelease(ref Ring->State, (uint)RingState.Failing);
            PollerWake.Attend(&Poller->Wake);
            return;
        }

        PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
    }

    public override void End()
    {
        PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
        Require(World.Timeline->Completed == 1, "a failing ring stands still");
    }
}

/// <summary>The same with a job that waits for nothing any more: it goes out.</summary>
internal sealed unsafe class FeedAttention : FeedCase
{
    public override string Title => "emit a job that may go out; a turn takes an earlier call";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("ATTENTION-CALL", WeakenKind.Relaxed, "the announcement before it is a full exchange"),
        new("ATTENTION-CALL", WeakenKind.Removed),
        new("ATTENTION-TAKE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        FenceSignal.Signal(InFence, 0, 64);
        Settle();
        Poller->Wake.Attention = PollerWake.LookOnce;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            EmitWaiting(0);
        }
        else
        {
            PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
        }
    }

    public override void End()
    {
        PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
        Require(RingBlock.SlotOf(Ring, 1)->Publish == 1, "a job that may go out is never looked at");
    }
}

/// <summary>A poller stands still in a turn that has taken a call for attention; its successor sees what was called for.</summary>
internal sealed unsafe class ScanTakenOver : RingCase
{
    public override string Title => "a turn takes a call for attention; another poller takes over";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SCAN-SHARED", WeakenKind.Removed),
    ];

    protected override int PollerThread => 0;

    public override void SetUp()
    {
        base.SetUp();
        Poller->Words.MayBeReplaced = 1;
        Reader.GoOnline(World.Domain, World.Cache(1)->Reader);
        Emit(0);
        Settle();
        Ring->FailError = 5;
        Ring->State = (uint)RingState.Failing;
        Poller->Wake.Attention = PollerWake.LookOnce;
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            PollerWake.BeginSharing(&Poller->Wake);
            Atomic.AddFull(ref Poller->Words.Term, 1);
        }

        PollerCore.DoWork(Poller, World.Cache(thread), (uint)thread);
        if (thread == 1)
        {
            Require(World.Timeline->Completed == 1, "what the former poller has taken is lost to its successor");
        }
    }
}
