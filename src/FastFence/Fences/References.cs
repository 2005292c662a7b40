using System.Runtime.CompilerServices;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>From a handle to its engine and the calling thread's cache.</summary>
internal static unsafe partial class References
{
    /// <summary>
    /// The calling thread's cache for the fence's engine; null when the handle is stale, or of the stub. Inside a section.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadCache* CacheOf(FenceSlot* slot, uint generation) => CacheOf(ref Registry.Current, slot, generation);

    /// <summary>As the other, with the calling thread's words in hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadCache* CacheOf(ref ThreadWords words, FenceSlot* slot, uint generation)
    {
        if (!FenceLife.IsCurrent(slot, generation))
        {
            return null;
        }

        EngineBlock* engine = slot->Timeline->Engine;
        return engine == null ? null : Registry.CacheOf(ref words, &engine->Pools);
    }

    /// <summary>Drops a reference, whatever the handle is.</summary>
    public static void Release(ulong value)
    {
        // One of several needs nothing of the thread: it counts down and is done.
        Fence fence = new(value);
        if (!FenceLife.TryReleaseOneOfMany(fence.Slot, fence.Generation))
        {
            ReleaseOn(ref Registry.Current, value);
        }
    }

    /// <summary>As the other, with the calling thread's words in hand.</summary>
    public static void ReleaseOn(ref ThreadWords words, ulong value)
    {
        // The plain last release calls nothing, so it keeps nothing on a stack; the others are tail calls, for which the handle is a bare word
        // (FenceSignal.ByPlace.cs).
        ThreadCache* cache = words.Cache;
        if (cache == null)
        {
            ReleaseSlowly(ref words, value);
            return;
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        FenceSlot* fence = FenceSlot.Of(value);
        ulong alone = FenceLife.Alone(value);
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            ReleaseSlowly(ref words, value);
            return;
        }

        if (!FenceLife.IsLast(cache, fence, alone) || !FenceLife.TryReleaseLast(cache, (uint)value, fence, alone))
        {
            Reader.LeaveBrief(reader, before);
            ReleaseSlowly(ref words, value);
            return;
        }

        if (cache->Record != 0)
        {
            RecordDeath(cache, fence, reader, before);
            return;
        }

        Reader.LeaveBrief(reader, before);
    }

    // The fence's last record, inside the section of its last release, which it ends: until then its slot stays as it is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RecordDeath(ThreadCache* cache, FenceSlot* fence, ReaderRecord* reader, ulong before)
    {
        FenceTrace.WriteOn(cache, RecordKind.FenceDestroy, fence);
        Reader.LeaveBrief(reader, before);
    }

    /// <summary>As <see cref="ReleaseOn"/>, where what is plain has been tried.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReleaseSlowly(ref ThreadWords words, ulong value)
    {
        Fence fence = new(value);
        FenceSlot* slot = fence.Slot;
        ulong before = Section.EnterBrief(ref words);
        ThreadCache* cache = CacheOf(ref words, slot, fence.Generation);
        if (cache != null && !FenceLife.Release(cache, fence.Index, slot, fence.Generation))
        {
            ThreadCache.Count(cache, Counter.StaleRefused);
        }
        else if (cache == null && !FenceLife.IsCurrent(slot, fence.Generation))
        {
            StaleHandles.Count(); // not the stub's, which has no engine and is immortal
        }

        Section.LeaveBrief(ref words, before);
    }

    /// <summary>Throws for want of a thread cache: nothing has been changed.</summary>
    public static void ThrowNoCache() => throw new InsufficientMemoryException(
        "No native memory for this thread's cache: the reservation is full. Raise 'FastFence.ReservationBytes'.");
}
