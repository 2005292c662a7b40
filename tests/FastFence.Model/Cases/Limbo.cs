using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>
/// The owner puts a bag that was on limbo once before; the reclaimer takes it only when the stamp of this life is over, and
/// then sees what is in it.
/// </summary>
internal sealed unsafe class Limbo : ModelCase
{
    private Bag* _first;
    private Bag* _second;
    private readonly uint[] _taken = new uint[3];

    public override string Title => "put two bags, one of them not ripe; two take";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("LIMBO-PUT", WeakenKind.Relaxed),
        new("LIMBO-TAKE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _first = PoolSet.TakeEmptyBag(World.Cache(0)->Pools);
        _second = PoolSet.TakeEmptyBag(World.Cache(0)->Pools);
        _first->Stamp = _second->Stamp = 1; // of the former life, long over
        World.Domain->Completed = Domain.PhaseStep;
    }

    public override void Begin() => _taken.AsSpan().Clear();

    public override void Body(int thread)
    {
        LimboRing* ring = &World.Cache(0)->Fences.Limbo;
        if (thread != 0)
        {
            _taken[thread] = ring->TryTake(World.Domain);
            if (_taken[thread] != 0)
            {
                Require(_taken[thread] == BlockHeap.ReferenceOf(_first), "what was taken is not the ripe bag");
                Require(Atomic.LoadPlain(ref _first->Items[0]) == 5, "the bag's content is of its former life");
            }

            return;
        }

        Put(ring, _first, Domain.PhaseStep, 5);
        Put(ring, _second, 9 * Domain.PhaseStep, 6);
    }

    public override void End() =>
        Require(_taken[1] == 0 || _taken[1] != _taken[2], "one bag was taken twice");

    private static void Put(LimboRing* ring, Bag* bag, ulong stamp, uint item)
    {
        Atomic.StorePlain(ref bag->Items[0], item);
        Atomic.StoreRelease(ref bag->Stamp, stamp);
        ring->TryPut(BlockHeap.ReferenceOf(bag));
    }
}

/// <summary>A tagged stack: what is popped is whole, nothing is lost, nothing comes twice.</summary>
internal sealed unsafe class Stack : ModelCase
{
    private readonly uint[] _bags = new uint[3];
    private readonly List<uint>[] _popped = [[], [], []];

    public override string Title => "push; pop; pop, pop and push again";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("STACK-PUSH", WeakenKind.Relaxed),
        new("STACK-PUSH", WeakenKind.Torn),
        new("STACK-POP", WeakenKind.Relaxed),
    ];

    private static ref ulong Head => ref World.Word(0);

    public override void SetUp()
    {
        for (int i = 0; i < 3; i++)
        {
            _bags[i] = BlockHeap.ReferenceOf(PoolSet.TakeEmptyBag(World.Cache(0)->Pools));
        }

        TaggedStack.Push(ref Head, _bags[0], Reservation.BlockBase, 64);
        TaggedStack.Push(ref Head, _bags[1], Reservation.BlockBase, 64);
        Bag.At(_bags[0])->Items[0] = Bag.At(_bags[1])->Items[0] = 1;
    }

    public override void Begin()
    {
        foreach (List<uint> popped in _popped)
        {
            popped.Clear();
        }
    }

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                Atomic.StorePlain(ref Bag.At(_bags[2])->Items[0], 1);
                TaggedStack.Push(ref Head, _bags[2], Reservation.BlockBase, 64);
                break;
            case 1:
                Pop(thread);
                break;
            default:
                Pop(thread);
                Pop(thread);
                if (_popped[2].Count == 2)
                {
                    uint again = _popped[2][0];
                    _popped[2].RemoveAt(0);
                    TaggedStack.Push(ref Head, again, Reservation.BlockBase, 64);
                }

                break;
        }
    }

    public override void End()
    {
        List<uint> all = [.. _popped.SelectMany(p => p)];
        for (uint bag = TaggedStack.Pop(ref Head, Reservation.BlockBase, 64); bag != 0 && all.Count < 9;
            bag = TaggedStack.Pop(ref Head, Reservation.BlockBase, 64))
        {
            all.Add(bag);
        }

        all.Sort();
        Require(all.SequenceEqual(_bags.Order()), $"three elements were pushed, found {string.Join(' ', all)}");
    }

    private void Pop(int thread)
    {
        uint bag = TaggedStack.Pop(ref Head, Reservation.BlockBase, 64);
        if (bag != 0)
        {
            Require(Atomic.LoadPlain(ref Bag.At(bag)->Items[0]) == 1, "an element is popped without its content");
            _popped[thread].Add(bag);
        }
    }
}

/// <summary>Private data is retired while the reclaimer takes the list: it is destroyed once, after its last use.</summary>
internal sealed unsafe class Retiring : ModelCase
{
    private static int s_destroyed;

    private readonly nint[] _records = new nint[2];

    public override string Title => "retire two pieces; destroy what is ripe, twice";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RETIRE-PUSH", WeakenKind.Torn),
        new("RETIRE-TAKE", WeakenKind.Torn),
        new("RETIRE-PUSH", WeakenKind.Relaxed, "the stamp before it is a full exchange"),
        new("RETIRE-TAKE", WeakenKind.Relaxed, "the barrier of the grace period stands between taking and destroying"),
    ];

    public override void SetUp()
    {
        for (int i = 0; i < 2; i++)
        {
            _records[i] = (nint)BlockHeap.TryAllocate(sizeof(RetireRecord));
            ((RetireRecord*)_records[i])->Data = i;
        }
    }

    public override void Begin() => s_destroyed = 0;

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Explorer.Run.Current.ReadData(ref World.Word(thread));
            World.Engine->Retired.Push(World.Domain, (RetireRecord*)_records[thread]);
            return;
        }

        World.Engine->Retired.DestroyRipe(World.Domain, &Destroy);
        World.Engine->Retired.DestroyRipe(World.Domain, &Destroy);
    }

    public override void End()
    {
        World.Engine->Retired.DestroyRipe(World.Domain, &Destroy);
        Require(s_destroyed == 11, $"destroyed (tens and ones): {s_destroyed}");
        Require(World.Engine->Retired.Count == 0, "records are said to wait");
    }

    private static void Destroy(RetireRecord* record)
    {
        s_destroyed += record->Data == 0 ? 1 : 10;
        if (Explorer.Run.IsModelThread)
        {
            Explorer.Run.Current.WriteData(ref World.Word((int)record->Data), 1);
        }
    }
}

/// <summary>A published time: what is stamped with it comes after what the publisher had read.</summary>
internal sealed unsafe class Clock : ModelCase
{
    public override string Title => "publish a time; read it";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CLOCK-PUBLISH", WeakenKind.Relaxed),
        new("CLOCK-READ", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Atomic.StorePlain(ref World.Word(0), 1);
            World.Engine->Clock.Publish(5);
        }
        else if (World.Engine->Clock.Read() == 5)
        {
            Require(Atomic.LoadPlain(ref World.Word(0)) == 1, "the time is seen without what came before it");
        }
    }
}
