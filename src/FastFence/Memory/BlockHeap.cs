// Memory of varying size for what is not a fence or a node: timelines, rings, bags, thread caches, private data, names.
// Powers of two from one line to half a slab, each class a tagged stack over a bump cursor; larger ones are runs of slabs.
// Cold: nothing on the way of a fence calls it, except a cache that needs one more bag.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Memory;

/// <summary>The process-wide heap of blocks. Thread class: any. Never blocks; null at the bound.</summary>
internal static unsafe partial class BlockHeap
{
    private const int LeastShift = 6;
    private const int ClassCount = 15; // 64 B … 1 MiB
    private const uint Unit = 64;

    [StructLayout(LayoutKind.Sequential, Size = Reservation.ContentionBytes)]
    private struct SizeClass
    {
        public ulong Free;
        public ulong Cursor; // next free line | end line, both 32 bits, of the slab being carved
    }

    /// <summary>The block's reference: its line number in the block region.</summary>
    public static uint ReferenceOf(void* block) => (uint)((nuint)((byte*)block - Reservation.BlockBase) / Unit);

    /// <summary>The block of a reference.</summary>
    public static void* At(uint reference) => Reservation.BlockBase + ((nuint)reference * Unit);

    /// <summary>Bytes really given for a request.</summary>
    public static long RoundedSize(long bytes) => bytes <= 1L << (LeastShift + ClassCount - 1)
        ? 1L << ShiftOf(bytes)
        : (bytes + Reservation.SlabBytes - 1) / Reservation.SlabBytes * Reservation.SlabBytes;

    /// <summary>Bytes given out and not given back: what is leaked stays here. For tests and the doctor.</summary>
    public static long LiveBytes => (long)Atomic.LoadAcquire(ref ((SizeClass*)s_classes)[ClassCount].Free);

    /// <summary>Fault injection for tests: the n-th block from now cannot be had; 0 is off.</summary>
    internal static ulong FailAfter
    {
        get => Atomic.LoadAcquire(ref ((SizeClass*)s_classes)[ClassCount].Cursor);
        set => Atomic.StoreRelease(ref ((SizeClass*)s_classes)[ClassCount].Cursor, value);
    }

    /// <summary>Zeroed memory, aligned to its size (at most 2 MiB); null at the reservation's bound.</summary>
    public static void* TryAllocate(long bytes)
    {
        if (FailAfter != 0 && Atomic.AddFull(ref ((SizeClass*)s_classes)[ClassCount].Cursor, ulong.MaxValue) == 0)
        {
            return null;
        }

        void* block = TryAllocateDirty(bytes);
        if (block != null)
        {
            NativeMemory.Clear(block, (nuint)RoundedSize(bytes));
            CountLive(RoundedSize(bytes));
        }

        return block;
    }

    /// <summary>Gives a block back. Safety: <paramref name="bytes"/> is what was asked for; nobody uses it any more.</summary>
    public static void Free(void* block, long bytes)
    {
        CountLive(-RoundedSize(bytes));
        if (bytes > 1L << (LeastShift + ClassCount - 1))
        {
            SlabRuns.Give((byte*)block, RoundedSize(bytes));
            return;
        }

        TaggedStack.Push(ref Class(ShiftOf(bytes))->Free, ReferenceOf(block), Reservation.BlockBase, Unit);
    }

    // The cell behind the last class.
    private static void CountLive(long bytes) => Atomic.AddFull(ref ((SizeClass*)s_classes)[ClassCount].Free, (ulong)bytes);

    private static void* TryAllocateDirty(long bytes)
    {
        if (bytes > 1L << (LeastShift + ClassCount - 1))
        {
            return SlabRuns.TryTake(RoundedSize(bytes));
        }

        int shift = ShiftOf(bytes);
        SizeClass* c = Class(shift);
        uint reference = TaggedStack.Pop(ref c->Free, Reservation.BlockBase, Unit);
        return reference != 0 ? At(reference) : Carve(c, (uint)(1L << (shift - LeastShift)));
    }

    private static void* Carve(SizeClass* c, uint lines)
    {
        while (true)
        {
            ulong cursor = Atomic.LoadAcquire(ref c->Cursor);
            uint next = (uint)(cursor >> 32);
            uint end = (uint)cursor;
            if (next + lines <= end)
            {
                if (Atomic.CompareExchangeFull(ref c->Cursor, ((ulong)(next + lines) << 32) | end, cursor) == cursor)
                {
                    return At(next);
                }

                continue;
            }

            if (!Regions.Blocks->TryTake(out uint slab))
            {
                return null;
            }

            // Line 0 of the region is the null reference: the first slab starts one block later.
            uint first = slab * (Reservation.SlabBytes / Unit);
            uint start = first == 0 ? lines : first;
            ulong fresh = ((ulong)(start + lines) << 32) | (first + (Reservation.SlabBytes / Unit));
            if (Atomic.CompareExchangeFull(ref c->Cursor, fresh, cursor) == cursor)
            {
                return At(start);
            }

            Regions.Blocks->Return(slab);
        }
    }

    private static int ShiftOf(long bytes) =>
        Math.Max(LeastShift, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(bytes - 1)));

    private static SizeClass* Class(int shift) => (SizeClass*)s_classes + (shift - LeastShift);
}
