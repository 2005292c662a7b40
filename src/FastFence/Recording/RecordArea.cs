// The flight recorder's memory: one range a process, in memory or in a mapped file, which then survives a crash of the host.
//
//   header │ modules: 256 bytes each │ names: 256 bytes each, by slot │ rings: a head and its records each
//
// Names stand here a second time, beside their ids, so that a file can be read when the process has gone. Rings are given out under
// the registry's lock, names under the name table's. Native memory only.
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Recording;

/// <summary>Head of the flight recorder's memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = HeadBytes)]
internal unsafe struct RecordArea
{
    /// <summary>Bytes before the names, modules included: whole pages.</summary>
    public const int HeadBytes = 16384;

    /// <summary>Places for modules.</summary>
    public const int MaxModules = (HeadBytes - ModulesAt) / RecordModule.Bytes;

    /// <summary>"FFRECMAP" as a little-endian number.</summary>
    public const ulong MapMagic = 0x50414D4345524646;

    /// <summary>Name of the memory, as <c>/proc/PID/fd</c> shows it.</summary>
    public const string MemoryName = "fastfence-recorder";

    /// <summary>Version of layout and records.</summary>
    public const uint CurrentVersion = 3;

    private const int ModulesAt = 1024;

    /// <summary><see cref="MapMagic"/>.</summary>
    [FieldOffset(0)]
    public ulong Magic;

    /// <summary><see cref="CurrentVersion"/>.</summary>
    [FieldOffset(8)]
    public uint Version;

    /// <summary>The process.</summary>
    [FieldOffset(12)]
    public int ProcessId;

    /// <summary>Places for names.</summary>
    [FieldOffset(16)]
    public uint NameSlots;

    /// <summary>Places for rings.</summary>
    [FieldOffset(20)]
    public uint RingSlots;

    /// <summary>Records in each ring; a power of two.</summary>
    [FieldOffset(24)]
    public uint RingRecords;

    /// <summary>Rings that have ever been given out: the first so many.</summary>
    [FieldOffset(28)]
    public uint RingsUsed;

    /// <summary>Name slots that have ever been used.</summary>
    [FieldOffset(32)]
    public uint NamesUsed;

    /// <summary>First free one of those, + 1.</summary>
    [FieldOffset(36)]
    public uint FreeName;

    /// <summary>Threads that found no ring: nothing of theirs is recorded.</summary>
    [FieldOffset(40)]
    public ulong Unrecorded;

    /// <summary>Modules written down: the first so many, in the order in which they were met. None is taken away.</summary>
    [FieldOffset(48)]
    public uint Modules;

    /// <summary><see cref="RecordRing.CpuOffset"/> of every ring.</summary>
    [FieldOffset(56)]
    public int CpuOffset;

    /// <summary>The process's name, UTF-8, ended by 0.</summary>
    [FieldOffset(64)]
    public fixed byte ProcessName[64];

    /// <summary>Bytes of an area.</summary>
    public static long BytesFor(uint names, uint rings, uint records) =>
        HeadBytes + ((long)names * RecordName.Bytes) + (rings * RecordRing.BytesFor(records));

    /// <summary>A module's place.</summary>
    public static RecordModule* ModuleAt(RecordArea* area, uint index) => (RecordModule*)((byte*)area + ModulesAt) + index;

    /// <summary>The module that was last written down for an address; null when none was. Any process.</summary>
    public static RecordModule* ModuleOf(RecordArea* area, ulong address)
    {
        for (uint i = Math.Min(Atomic.LoadAcquire(ref area->Modules), MaxModules); i-- > 0;)
        {
            RecordModule* module = ModuleAt(area, i);
            if (address >= module->Begin && address < module->End)
            {
                return module;
            }
        }

        return null;
    }

    /// <summary>A name slot.</summary>
    public static RecordName* NameAt(RecordArea* area, uint slot) => (RecordName*)((byte*)area + HeadBytes) + slot;

    /// <summary>A ring.</summary>
    public static RecordRing* RingAt(RecordArea* area, uint index) =>
        (RecordRing*)((byte*)area + HeadBytes + ((long)area->NameSlots * RecordName.Bytes) + (index * RecordRing.BytesFor(area->RingRecords)));

    /// <summary>A ring for a thread: a new one, else one whose thread has gone (its records stay until overwritten); null when there is none.</summary>
    public static RecordRing* TakeRing(RecordArea* area, int threadId)
    {
        if (area == null)
        {
            return null;
        }

        RecordRing* ring = null;
        if (area->RingsUsed < area->RingSlots)
        {
            ring = RingAt(area, area->RingsUsed);
            ring->Mask = area->RingRecords - 1;
            ring->Cpu = RecordRing.NoCpu;
            ring->CpuOffset = area->CpuOffset;
            Atomic.StoreRelease(ref area->RingsUsed, area->RingsUsed + 1);
        }

        for (uint i = 0; ring == null && i < area->RingsUsed; i++)
        {
            ring = RingAt(area, i)->State == RecordRing.Free ? RingAt(area, i) : null;
        }

        if (ring == null)
        {
            area->Unrecorded++;
            return null;
        }

        ring->State = RecordRing.Taken;
        RecordRing.NewOwner(ring, threadId);
        return ring;
    }

    /// <summary>Gives a ring back; null is fine. Safety: its thread writes no more.</summary>
    public static void ReturnRing(RecordRing* ring)
    {
        if (ring != null)
        {
            ring->State = RecordRing.Free;
        }
    }

    /// <summary>Writes a name down; its slot, or <see cref="uint.MaxValue"/> when there is no room.</summary>
    public static uint AddName(RecordArea* area, uint id, ReadOnlySpan<byte> text)
    {
        uint slot;
        RecordName* name;
        if (area->FreeName != 0)
        {
            slot = area->FreeName - 1;
            name = NameAt(area, slot);
            area->FreeName = name->Length;
        }
        else if (area->NamesUsed < area->NameSlots)
        {
            slot = area->NamesUsed;
            name = NameAt(area, slot);
            area->NamesUsed++;
        }
        else
        {
            return uint.MaxValue;
        }

        text.CopyTo(new Span<byte>(name->Text, NameTable.MaxBytes));
        name->Length = (uint)text.Length;
        Atomic.StoreRelease(ref name->Id, id); // a process may die here: a slot with an id is whole
        return slot;
    }

    /// <summary>Forgets a name: no record speaks of it any more.</summary>
    public static void RemoveName(RecordArea* area, uint slot)
    {
        RecordName* name = NameAt(area, slot);

        // [NAME-GONE] release: the rings' floors stand above the records that speak of it. Pairs with [TAP-FLOOR]. Without it another process that
        // reads the area would take the next name of this place for theirs.
        Atomic.StoreRelease(ref name->Id, 0);
        name->Length = area->FreeName;
        area->FreeName = slot + 1;
    }

    /// <summary>A set of names has been given up: from the next call of <see cref="RaiseFloors"/> on nobody reads the records before now.</summary>
    public static void MarkRings(RecordArea* area)
    {
        for (uint i = 0; i < area->RingsUsed; i++)
        {
            RecordRing* ring = RingAt(area, i);
            ring->Mark = Atomic.LoadAcquire(ref ring->Count);
        }
    }

    /// <summary>Gives up the records before the mark; those not overwritten by now are counted.</summary>
    public static void RaiseFloors(RecordArea* area)
    {
        for (uint i = 0; i < area->RingsUsed; i++)
        {
            RecordRing* ring = RingAt(area, i);
            ulong count = Atomic.LoadAcquire(ref ring->Count);
            ulong oldest = Math.Max(ring->Floor, count > area->RingRecords ? count - area->RingRecords : 0);
            ring->Expired += ring->Mark > oldest ? ring->Mark - oldest : 0;
            ring->Floor = Math.Max(ring->Floor, ring->Mark);
        }
    }
}
