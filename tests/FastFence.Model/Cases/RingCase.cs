using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Worlds;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Model.Cases;

/// <summary>A ring of two positions on the world's timeline, its consumer, and a poller.</summary>
internal abstract unsafe class RingCase : ModelCase
{
    private readonly ulong[] _handles = new ulong[4];
    private readonly EmitResult[] _results = new EmitResult[4];

    protected RingBlock* Ring { get; private set; }

    protected PollerBlock* Poller { get; private set; }

    protected RingConsumer Consumer { get; private set; } = null!;

    /// <summary>Which thread polls; it is an online reader.</summary>
    protected virtual int PollerThread => 1;

    public override void SetUp()
    {
        TimelineBlock* timeline = World.Timeline;
        timeline->Flags = TimelineFlags.Ring;
        timeline->TimeoutNanoseconds = long.MaxValue;
        Ring = RingMemory.Create(World.Engine, timeline, 2, 32, 0, keepTimes: false, holeNanoseconds: 0);
        Poller = (PollerBlock*)BlockHeap.TryAllocate(sizeof(PollerBlock));
        Poller->Engine = World.Engine;
        Poller->Budget = 16;
        Poller->ParkNanoseconds = 10_000_000;
        Poller->Rings = (nint)RingSet.TryMake([(nint)Ring], []);
        Ring->Wake = &Poller->Wake;
        World.Cache(PollerThread)->Reader->State = (uint)ReaderState.Online;
        Reader.GoOnline(World.Domain, World.Cache(PollerThread)->Reader);
        Names.Set(ref timeline->LastSeqno, "reserved");
        Names.Set(ref timeline->Completed, "completed");
        Names.Set(ref timeline->Skipped, "skipped");
        Names.Set(ref Ring->State, "ring state");
        Names.Set(ref Ring->OwnWord, "completion word");
        Names.Set(ref Ring->DoorbellAsleep, "doorbell asleep");
        Names.Set(ref Poller->Wake.Asleep, "poller asleep");
        for (ulong i = 1; i <= 2; i++)
        {
            Names.Set(ref RingBlock.SlotOf(Ring, i)->Publish, $"publish {i}");
            Names.Set(ref RingBlock.SlotOf(Ring, i)->Quarantine, $"quarantine {i}");
            Names.Set(ref RingBlock.RetireOf(Ring, i), $"retire {i}");
        }
    }

    public override void Begin()
    {
        _handles.AsSpan().Clear();
        Consumer = new RingConsumer(Ring);
    }

    protected EmitResult Result(int thread) => _results[thread];

    protected Fence FenceOf(int thread) => new(_handles[thread]);

    /// <summary>Emits with two references: the ring's and the caller's.</summary>
    protected void Emit(int thread) =>
        _results[thread] = RingEmit.Emit(World.Cache(thread), Ring, new RingCommand { Opcode = 1 }, 0, 2, out _handles[thread]);

    /// <summary>The poller's turns until so much is completed; it sleeps when there is nothing.</summary>
    protected void PollUntil(ulong completed)
    {
        ThreadCache* cache = World.Cache(PollerThread);
        while (World.Timeline->Completed < completed)
        {
            PollerCore.Idle(Poller, cache, 0, PollerCore.DoWork(Poller, cache, 0));
        }
    }

    /// <summary>Turns until every ring is settled: from here on a turn goes by words and attention alone.</summary>
    protected void Settle()
    {
        PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
        Require(((RingSet*)Poller->Rings)->IsNew == 0, "a turn leaves a new set new");
    }

    /// <summary>Retires what is left although the device has not done it, as failing does.</summary>
    protected void RetireAll(ThreadCache* cache)
    {
        RingRetire.Retire(cache, Ring, 16, 6400, &Poller->Latency, &Poller->Words, 0);
    }
}
