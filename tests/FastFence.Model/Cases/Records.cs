using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Model.Cases;

/// <summary>A ring of the flight recorder with four records, all of whose words say which record it is.</summary>
internal abstract unsafe class RecordCase : ModelCase
{
    private const uint Capacity = 4;

    private RecordRing* _ring;
    private RecordEntry* _copy;

    protected RecordRing* Ring => _ring;

    public override void SetUp()
    {
        _ring = (RecordRing*)BlockHeap.TryAllocate(RecordRing.BytesFor(Capacity));
        _copy = (RecordEntry*)BlockHeap.TryAllocate(Capacity * RecordEntry.Bytes);
        _ring->Mask = Capacity - 1;
        for (ulong n = 1; n <= 7; n++)
        {
            RecordRing.Write(_ring, n, n, n, n);
        }
    }

    /// <summary>Copies one record; it must be whole.</summary>
    protected void CopyOne(ulong n)
    {
        if (RecordRing.Copy(_ring, n, _copy, 1, out ulong first) == 1)
        {
            // Record number n says n + 1.
            Require(
                _copy->Stamp == first + 1 && _copy->Context == first + 1 && _copy->Seqno == first + 1 && _copy->Names == first + 1,
                $"record {first} reads {_copy->Stamp} {_copy->Context} {_copy->Seqno} {_copy->Names}");
        }
    }
}

/// <summary>A record is overwritten while it is copied.</summary>
internal sealed unsafe class RecordOverwritten : RecordCase
{
    public override string Title => "write a record, then two under one count; copy the one they overwrite";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RECORD-WRITE", WeakenKind.Relaxed),
        new("RECORD-COPY", WeakenKind.Relaxed),
        new("RECORD-AGAIN", WeakenKind.Repeat),
    ];

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            CopyOne(5);
            return;
        }

        RecordRing.Write(Ring, 8, 8, 8, 8);
        RecordRing.Write(Ring, 9, 9, 9, 9, 10, 10); // the second one goes where record 5 stands
    }
}

/// <summary>A record is read as soon as it counts.</summary>
internal sealed unsafe class RecordCounted : RecordCase
{
    public override string Title => "write a record; copy it";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RECORD-COUNT", WeakenKind.Relaxed),
        new("RECORD-LOOK", WeakenKind.Relaxed),
    ];

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            CopyOne(7);
            return;
        }

        RecordRing.Write(Ring, 8, 8, 8, 8);
    }
}

/// <summary>Recording is turned on while a thread passes a point where it would record.</summary>
internal sealed unsafe class RecordingOn : ModelCase
{
    private FenceSlot* _fence;
    private RecordArea* _area;

    public override string Title => "turn recording on; a fence's event";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RECORD-ON", WeakenKind.Relaxed),
        new("RECORD-OWN", WeakenKind.Relaxed),
    ];

    // What a ring is made of is written and read without Atomic: this word stands for it.
    private static ref ulong Made => ref World.Word(0);

    public override void SetUp()
    {
        _area = (RecordArea*)BlockHeap.TryAllocate(RecordArea.BytesFor(1, 1, 16));
        _area->NameSlots = 1;
        _area->RingSlots = 1;
        _area->RingRecords = 16;
        RecordArea.RingAt(_area, 0)->Expired = 1; // its page is put back between executions, too
        PoolSet* pools = World.Cache(0)->Pools;
        pools->Recorder = (nint)_area;
        pools->Recording = 1;
        _fence = World.NewFence().Slot;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Explorer.Run.Current.WriteData(ref Made, 1);
            ThreadCache.SetRecording(World.Cache(1));
            return;
        }

        FenceTrace.Write(World.Cache(1), RecordKind.FenceDestroy, _fence);
        if (RecordArea.RingAt(_area, 0)->Count != 0 || Atomics.Atomic.LoadPlain(ref RecordArea.RingAt(_area, 0)->Count) != 0)
        {
            Explorer.Run.Current.ReadData(ref Made);
        }
    }
}

/// <summary>A thread is moved to another CPU while its ring is read.</summary>
internal sealed unsafe class RecordMoved : RecordCase
{
    public override string Title => "write a record on another CPU; ask for the CPU and copy";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CPU-MOVE", WeakenKind.Relaxed),
        new("CPU-LOOK", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();

        // Record 5 is written on CPU 0, what follows on CPU 1: the word of the thread's own stands behind the ring's.
        Ring->Unasked = 1;
        Ring->CpuAt = (nint)((byte*)&Ring->CpuOffset - (byte*)&Ring->Cpu);
        Ring->CpuOffset = 2;
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            RecordRing.Write(Ring, 8, 8, 8, 8);
            return;
        }

        uint cpu = RecordRing.CpuFrom(Ring, out ulong from);
        Require(cpu == 0 || from > 7, $"CPU {cpu} is said of the records from {from} on: before the move");
    }
}
