// One thread's ring of the flight recorder. It has one writer and is never full: the oldest records are overwritten. Readers copy
// and look afterwards which of what they copied may have been overwritten meanwhile:
//
//   writer                              reader
//   words of record n   (release each)  count                       = h
//   count = n + 1       (release)       words of h - capacity … h   (acquire each)
//                                       count                       = h'   records below h' - capacity + 2 are given up
//
// A reader that met a word of record n, where it meant n - capacity, finds the count at n or beyond, since each word of n comes
// after the count before it. Two records are written under one count where a record has a rest: hence the 2.
//
// The CPU is not in the records: a record says when it changes. The kernel writes its number to a word of the thread's own, and whoever writes
// a record compares that word with the one in the ring, a load each. CpuAt leads from the one to the other:
//
//   the distance to the thread's word      it is compared at each record
//   the distance to Unasked, which differs the next record asks, on the thread whose ring it is (a ring may be made by another one)
//   0                                      it is compared with itself: not known here, and never asked again
//
// Native memory only: the native poller writes here, too.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Recording;

/// <summary>Head of a ring; its records follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.ContentionBytes)]
internal unsafe struct RecordRing
{
    /// <summary>Nobody writes here; a new thread may.</summary>
    public const uint Free = 0;

    /// <summary>A thread's cache has it.</summary>
    public const uint Taken = 1;

    /// <summary>Records that may be half written when a reader looks: a record and its rest.</summary>
    public const uint InFlight = 2;

    /// <summary>Value of <see cref="Cpu"/> where it is not known.</summary>
    public const uint NoCpu = uint.MaxValue;

    /// <summary>Bytes of <see cref="Name"/>, the last one 0.</summary>
    public const int NameBytes = 16;

    /// <summary>Records written since the ring was made. Owning thread.</summary>
    [FieldOffset(0)]
    public ulong Count;

    /// <summary>Records in the ring − 1.</summary>
    [FieldOffset(8)]
    public uint Mask;

    /// <summary>1: read the clock for every record.</summary>
    [FieldOffset(12)]
    public uint Precise;

    /// <summary>OS number of the owner.</summary>
    [FieldOffset(16)]
    public int ThreadId;

    /// <summary><see cref="Free"/> or <see cref="Taken"/>.</summary>
    [FieldOffset(20)]
    public uint State;

    /// <summary>Records below are not to be read: their names may be gone. Under the name table's lock.</summary>
    [FieldOffset(24)]
    public ulong Floor;

    /// <summary>What <see cref="Floor"/> will be next. Under the name table's lock.</summary>
    [FieldOffset(32)]
    public ulong Mark;

    /// <summary>Records that were given up with their names, before they were overwritten.</summary>
    [FieldOffset(40)]
    public ulong Expired;

    /// <summary>Thread whose name stands in <see cref="Name"/>.</summary>
    [FieldOffset(48)]
    public int NamedFor;

    /// <summary>CPU of the records that come next; <see cref="NoCpu"/>: not known.</summary>
    [FieldOffset(52)]
    public uint Cpu;

    /// <summary>Distance in bytes from <see cref="Cpu"/> to the word it is compared with. Owning thread only; no use to anybody else.</summary>
    [FieldOffset(56)]
    public nint CpuAt;

    /// <summary>The owner's name, UTF-8, ended by 0.</summary>
    [FieldOffset(64)]
    public fixed byte Name[NameBytes];

    /// <summary>The foreign code that the owner is inside of.</summary>
    [FieldOffset(80)]
    public RecordCall Call;

    /// <summary>Never what <see cref="Cpu"/> is.</summary>
    [FieldOffset(120)]
    public uint Unasked;

    /// <summary>Where threads of this process have their CPU (<see cref="Platform.ThreadCpu"/>); 0 = nowhere.</summary>
    [FieldOffset(124)]
    public int CpuOffset;

    /// <summary>Bytes of a ring of so many records.</summary>
    public static long BytesFor(uint records) => sizeof(RecordRing) + ((long)records * RecordEntry.Bytes);

    /// <summary>The place of record <paramref name="n"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RecordEntry* At(RecordRing* ring, ulong n) => (RecordEntry*)(ring + 1) + (n & ring->Mask);

    /// <summary>
    /// Does a record take no more than <see cref="Append"/>: the clock is the published one and the thread is where it was? Owning thread only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(RecordRing* ring) =>
        (Atomic.LoadPlain(ref ring->Precise) | (*(uint*)((byte*)&ring->Cpu + ring->CpuAt) ^ Atomic.LoadPlain(ref ring->Cpu))) == 0;

    /// <summary>Writes a record without a look at the CPU. Owning thread only; never blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Append(RecordRing* ring, ulong stamp, ulong context, ulong seqno, ulong names)
    {
        ulong n = Atomic.LoadPlain(ref ring->Count);
        Put(At(ring, n), stamp, context, seqno, names);
        Close(ring, n + 1);
    }

    /// <summary>Writes a record. Owning thread only; never blocks.</summary>
    public static void Write(RecordRing* ring, ulong stamp, ulong context, ulong seqno, ulong names)
    {
        LookAtCpu(ring, stamp);
        Append(ring, stamp, context, seqno, names);
    }

    /// <summary>Writes a record and its rest: both are seen, or none. Owning thread only.</summary>
    public static void Write(RecordRing* ring, ulong stamp, ulong context, ulong seqno, ulong names, ulong first, ulong second)
    {
        LookAtCpu(ring, stamp);
        ulong n = Atomic.LoadPlain(ref ring->Count);
        Put(At(ring, n), stamp, context, seqno, names);
        Put(At(ring, n + 1), (stamp & ~0xFFUL) | (byte)RecordKind.Rest, first, second, 0);
        Close(ring, n + 2);
    }

    /// <summary>The ring goes to another thread. Safety: the one before writes no more.</summary>
    public static void NewOwner(RecordRing* ring, int threadId)
    {
        if (ring->ThreadId != 0)
        {
            Append(ring, RecordEntry.Stamped(0, RecordKind.Owner), (ulong)threadId, (ulong)ring->ThreadId, 0);
        }

        ring->ThreadId = threadId;
        ring->Unasked = NoCpu - 1;
        ring->CpuAt = ring->CpuOffset == 0 ? 0 : (nint)((byte*)&ring->Unasked - (byte*)&ring->Cpu);
        if ((ring->Call.Turn & 1) != 0)
        {
            RecordCall.End(ref ring->Call); // the thread before ended inside a callback
        }
    }

    /// <summary>The CPU of the records from the ring's present count on, until one says otherwise. Any thread.</summary>
    public static uint CpuFrom(RecordRing* ring, out ulong count)
    {
        // [CPU-LOOK] acquire: the records that led to it are below the count. Pairs with [CPU-MOVE]. Without it records from before a move
        // would be taken for ones on the new CPU.
        uint cpu = Atomic.LoadAcquire(ref ring->Cpu);
        count = Atomic.LoadAcquire(ref ring->Count);
        return cpu;
    }

    /// <summary>
    /// Copies records from number <paramref name="from"/> on, as many as there are and fit; how many, and the number of the first.
    /// What was overwritten meanwhile is not among them. Any thread.
    /// </summary>
    public static uint Copy(RecordRing* ring, ulong from, RecordEntry* into, uint room, out ulong first)
    {
        // [RECORD-LOOK] acquire: the records below the count are whole. Pairs with [RECORD-COUNT]. Without it the former round's words
        // would be taken for a new record's.
        ulong count = Atomic.LoadAcquire(ref ring->Count);
        ulong capacity = (ulong)ring->Mask + 1;
        first = Math.Max(from, count > capacity ? count - capacity : 0);
        if (first >= count)
        {
            return 0;
        }

        uint n = (uint)Math.Min(room, count - first);
        for (uint i = 0; i < n; i++)
        {
            RecordEntry* entry = At(ring, first + i);

            // [RECORD-COPY] acquire, each: read before the second look at the count. Pairs with [RECORD-WRITE]. Without it words of a
            // record that is being written would pass for an old one's.
            into[i].Stamp = Atomic.LoadAcquire(ref entry->Stamp); // [RECORD-COPY]
            into[i].Context = Atomic.LoadAcquire(ref entry->Context); // [RECORD-COPY]
            into[i].Seqno = Atomic.LoadAcquire(ref entry->Seqno); // [RECORD-COPY]
            into[i].Names = Atomic.LoadAcquire(ref entry->Names); // [RECORD-COPY]
        }

        // [RECORD-AGAIN] acquire: how far the writer has come by now. Pairs with [RECORD-COUNT]. Without it torn records would be handed out.
        ulong after = Atomic.LoadAcquire(ref ring->Count);
        ulong whole = after + InFlight > capacity ? after + InFlight - capacity : 0;
        if (whole <= first)
        {
            return n;
        }

        uint torn = (uint)Math.Min(n, whole - first);
        for (uint i = torn; i < n; i++)
        {
            into[i - torn] = into[i];
        }

        first += torn;
        return n - torn;
    }

    private static void LookAtCpu(RecordRing* ring, ulong stamp)
    {
        // Safety: the word is the calling thread's, or the ring's own.
        uint cpu = *(uint*)((byte*)&ring->Cpu + ring->CpuAt);
        if (cpu != Atomic.LoadPlain(ref ring->Cpu))
        {
            Move(ring, stamp, cpu);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Move(RecordRing* ring, ulong stamp, uint cpu)
    {
        uint before = Atomic.LoadPlain(ref ring->Cpu);
        if (cpu == ring->Unasked)
        {
            uint* word = Platform.ThreadCpu.WordOf(ring->CpuOffset);
            ring->CpuAt = word == null ? 0 : (nint)((byte*)word - (byte*)&ring->Cpu);
            cpu = word == null ? NoCpu : *word;
            if (cpu == before)
            {
                return; // the owner before was there, too
            }
        }

        if (Atomic.LoadPlain(ref ring->Count) != 0)
        {
            Append(ring, (stamp & ~0xFFUL) | (byte)RecordKind.Cpu, cpu, before, 0);
        }

        // [CPU-MOVE] release: after the record of it. Pairs with [CPU-LOOK]. Without it a reader would take the new CPU for the one of the
        // records before.
        Atomic.StoreRelease(ref ring->Cpu, cpu);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(RecordEntry* entry, ulong stamp, ulong context, ulong seqno, ulong names)
    {
        // [RECORD-WRITE] release, each: no word is written before the count of the record before it. Pairs with [RECORD-COPY]. Without it a
        // reader would meet our words under a count that does not yet tell it of us.
        Atomic.StoreRelease(ref entry->Stamp, stamp); // [RECORD-WRITE]
        Atomic.StoreRelease(ref entry->Context, context); // [RECORD-WRITE]
        Atomic.StoreRelease(ref entry->Seqno, seqno); // [RECORD-WRITE]
        Atomic.StoreRelease(ref entry->Names, names); // [RECORD-WRITE]
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Close(RecordRing* ring, ulong count) =>

        // [RECORD-COUNT] release: the record stands before it counts. Pairs with [RECORD-LOOK] and [RECORD-AGAIN]. Without it a reader
        // would take the former round's words for it.
        Atomic.StoreRelease(ref ring->Count, count);
}
