using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>A device takes what an emitter publishes, and sleeps on its doorbell when there is nothing.</summary>
internal sealed unsafe class EmitAgainstDoorbell : RingCase
{
    public override string Title => "emit; wait for work, take";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-PUBLISH", WeakenKind.Relaxed),
        new("RING-CONSUME", WeakenKind.Relaxed),
        new("DOORBELL-SLEEP", WeakenKind.Relaxed),
    ];

    protected override int PollerThread => 2;

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            Emit(0);
            return;
        }

        while (!Consumer.TryTake(out _))
        {
            Consumer.WaitForWork(long.MaxValue); // may come back for nothing, as every futex
        }

        Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "a command is taken without what came before it");
    }
}

/// <summary>A device completes while the poller is about to sleep: the fence is signaled, with the device's results.</summary>
internal sealed unsafe class CompleteAgainstSleep : RingCase
{
    public override string Title => "write the word and look at the poller; turn, sleep";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("WORD-WRITE", WeakenKind.Relaxed),
        new("WORD-READ", WeakenKind.Relaxed, "taking the handle out of the retire slot is a full exchange between the word and the signal"),
        new("WORD-READ", WeakenKind.Removed),
        new("POLLER-SLEEP", WeakenKind.Relaxed, Operation: "Barrier"),
        new("POLLER-SLEEP", WeakenKind.Relaxed, "the barrier behind it is a full fence of the poller's, too", Operation: "Rmw"),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Emit(0);
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            Consumer.Complete(1);
            return;
        }

        PollUntil(1);
        Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "a position is retired without the device's results");
    }
}

/// <summary>Emitter, device and poller, the latter two asleep when there is nothing: the fence is signaled.</summary>
internal sealed unsafe class RingWhole : RingCase
{
    public override string Title => "emit; take and complete; retire";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-PUBLISH", WeakenKind.Relaxed),
        new("DOORBELL-SLEEP", WeakenKind.Relaxed),
        new("POLLER-SLEEP", WeakenKind.Relaxed, Operation: "Barrier"),
    ];

    protected override int PollerThread => 2;

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                Emit(0);
                break;
            case 1:
                while (!Consumer.TryTake(out _))
                {
                    Consumer.WaitForWork(long.MaxValue);
                }

                Consumer.Complete(1);
                break;
            default:
                PollUntil(1);
                break;
        }
    }

    public override void End()
    {
        Require(Result(0) == EmitResult.Emitted && HeadWord.IsQuiesced(FenceOf(0).Slot->Head), "the fence is not signaled");
        Require((uint)FenceOf(0).Slot->RefGen == 1, "the ring's reference is not given back");
    }
}

/// <summary>Two emitters on a ring with one free position: one gets it, the other is refused (C19).</summary>
internal sealed unsafe class Reserving : RingCase
{
    public override string Title => "two emit, one position is free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-RESERVE", WeakenKind.Torn),
        new("RING-RESERVE", WeakenKind.Relaxed, "the word is the whole message: a position; what is put there is published by [RING-PUBLISH]"),
        new("RING-SPACE", WeakenKind.Relaxed, "the reservation behind it is a full exchange"),
        new("RING-SPACE", WeakenKind.Forged, Forge: completed => completed + 2), // as if a round had passed
    ];

    protected override int PollerThread => 2;

    public override void SetUp()
    {
        base.SetUp();
        Emit(2);
    }

    public override void Body(int thread) => Emit(thread);

    public override void End()
    {
        Require(World.Timeline->LastSeqno == 2, "more is reserved than there is room for");
        Require(Result(0) != Result(1) && (Result(0) == EmitResult.RingFull || Result(1) == EmitResult.RingFull), $"{Result(0)}, {Result(1)}");
    }
}

/// <summary>A producer stands still between reserving and publishing while the poller gives its position up (fault 34).</summary>
internal sealed unsafe class Hole : RingCase
{
    public override string Title => "emit; mend the hole";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-NOP", WeakenKind.Torn),
        new("RING-NOP", WeakenKind.Relaxed, "being one step is what matters; a NOP carries nothing"),
        new("RING-PUBLISH", WeakenKind.Torn),
    ];

    public override void SetUp()
    {
        base.SetUp();
        Ring->HoleSeen = 1; // the first look has been taken
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Emit(0);
        }
        else
        {
            RingRetire.MendHole(Ring, 1);
        }
    }

    public override void End()
    {
        // A producer that finds itself given up before it has begun to write takes the next position.
        ulong reserved = World.Timeline->LastSeqno;
        for (ulong i = 1; i <= reserved; i++)
        {
            RingSlot* slot = RingBlock.SlotOf(Ring, i);
            bool command = Result(0) == EmitResult.Emitted && i == reserved;
            Require(slot->Publish == (command ? i : i | RingSlot.NopBit), $"{Result(0)}, and slot {i} of {reserved} says {slot->Publish:X}");
            Require(slot->Quarantine == 0, "the slot stays in quarantine for ever");
            Require(RingBlock.RetireOf(Ring, i) == (command ? FenceOf(0).Value : 0), "the retire slot is wrong");
        }
    }
}

/// <summary>The same with a producer that emits a NOP of its own.</summary>
internal sealed unsafe class NopHole : RingCase
{
    public override string Title => "emit a NOP; mend the hole";

    public override IReadOnlyList<Twin> Twins => [];

    public override void SetUp()
    {
        base.SetUp();
        Ring->HoleSeen = 1;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            RingEmit.EmitNop(Ring);
        }
        else
        {
            RingRetire.MendHole(Ring, 1);
        }
    }

    public override void End()
    {
        RingSlot* slot = RingBlock.SlotOf(Ring, 1);
        Require(slot->Publish == (1 | RingSlot.NopBit), "the position is no NOP");
        Require(slot->Quarantine == 0, "the slot stays in quarantine for ever");
    }
}

/// <summary>A ring fails while somebody emits: whoever takes the handle ends the fence, once, and no reference is lost.</summary>
internal sealed unsafe class EmitAgainstFailing : RingCase
{
    public override string Title => "emit; fail the ring and retire";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RETIRE-SLOT", WeakenKind.Relaxed),
        new("RETIRE-TAKE-SLOT", WeakenKind.Relaxed, "the close that follows is a full exchange, and the fence is read behind it"),
        new("RETIRE-TAKE-SLOT", WeakenKind.Removed),
        new("RETIRE-GIVEN-UP", WeakenKind.Torn, "nobody else has the handle yet: the drop too many is refused as stale, and the count stays right"),
        new("RETIRE-GIVEN-UP", WeakenKind.Relaxed, "the handle is the whole message; being one step is what matters"),
        new("RETIRE-GIVEN-UP", WeakenKind.Forged, Forge: handle => ~handle), // as if the other side had it
    ];

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Emit(0);
            return;
        }

        Ring->FailError = 5;
        Atomic.StoreRelease(ref Ring->State, (uint)RingState.Failing);
        RetireAll(World.Cache(1));
    }

    public override void End()
    {
        RetireAll(World.Cache(1));
        ulong reserved = World.Timeline->LastSeqno;
        Require(World.Timeline->Completed == reserved, "not all is retired");
        Require(RingBlock.SlotOf(Ring, 1)->Quarantine == 0, "the slot stays in quarantine for ever");
        uint slot = TakenByEmitter();
        switch (Result(0))
        {
            case EmitResult.Closed:
                Require(World.Timeline->Skipped == reserved, "refused, and a position is taken that was not skipped");
                break;
            case EmitResult.Emitted:
                Require(HeadWord.IsClosed(FenceOf(0).Slot->Head), "emitted, and pending for ever");
                Require((uint)FenceOf(0).Slot->RefGen == 1, $"the fence has {(uint)FenceOf(0).Slot->RefGen} references");
                Require(World.Timeline->Skipped == 0, "a fence is counted as skipped");
                break;
            default:
                Require(World.StagedFences(slot) == 1, $"given up, and the slot was staged {World.StagedFences(slot)} times");
                Require(World.Timeline->Skipped == 0, "a fence is counted as skipped");
                break;
        }
    }

    private static uint TakenByEmitter()
    {
        Memory.Bag* bag = World.Cache(0)->Fences.Loaded;
        return bag->Items[bag->Count];
    }
}

/// <summary>A refused word faults a ring while teardown begins to fail it: failing wins, or nothing would ever drain it.</summary>
internal sealed unsafe class FaultAgainstFailing : RingCase
{
    public override string Title => "look at an impossible word; fail the ring";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-FAULT", WeakenKind.Torn),
        new("RING-FAULT", WeakenKind.Relaxed, "the state is the whole message; being one step is what matters"),
    ];

    protected override int PollerThread => 0;

    public override void SetUp()
    {
        base.SetUp();
        *(uint*)Ring->Word = 9;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            RingRetire.Look(World.Cache(0), Ring);
        }
        else
        {
            Atomic.ExchangeFull(ref Ring->State, (uint)RingState.Failing);
        }
    }

    public override void End() => Require(Ring->State == (uint)RingState.Failing, "the ring stands still although teardown drains it");
}

/// <summary>A device goes to sleep while its ring goes away: it wakes and finds it gone.</summary>
internal sealed class DetachAgainstSleep : RingCase
{
    public override string Title => "wait for work; detach";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-DETACH", WeakenKind.Relaxed, "the exchange that wakes the device is full, too"),
        new("RING-DETACH", WeakenKind.Removed),
    ];

    protected override int PollerThread => 2;

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Consumer.Detach();
            return;
        }

        while (!Consumer.IsDetached)
        {
            Consumer.WaitForWork(long.MaxValue);
        }
    }
}
