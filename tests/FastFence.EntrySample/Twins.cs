using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.EntrySample;

/// <summary>Known-bad: sections whose first load does not stand behind the entry on every way. The checker must find each.</summary>
internal static unsafe class Twins
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong LoadsFirst(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        ulong value = Atomic.LoadAcquire(ref *shared);
        Reader.Enter(domain, reader);
        Reader.Exit(reader);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong LoadsBetween(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        ulong phase = Atomic.LoadAcquire(ref domain->Phase) | 1;
        ulong value = Atomic.LoadAcquire(ref *shared);
        Atomic.StoreRelease(ref reader->Word, phase);
        Reader.Exit(reader);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong LoadsBehindTheExit(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        Reader.Enter(domain, reader);
        Reader.Exit(reader);
        return Atomic.LoadAcquire(ref *shared);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong EntersOnOneWayOnly(DomainBlock* domain, ReaderRecord* reader, ulong* shared)
    {
        if (Atomic.LoadPlain(ref reader->Word) == 0)
        {
            Reader.Enter(domain, reader);
        }

        return Atomic.LoadAcquire(ref *shared);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool NeverEnters(Fence fence) => FenceNames.IsPending(fence.Slot, fence.Generation);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool LooksBeforeTheGuard(Fence fence)
    {
        bool pending = FenceNames.IsPending(fence.Slot, fence.Generation);
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return pending;
    }

    // By the name of the struct's first field, for which the compiler asks first whether the pointer can be read from.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong LooksBeforeItCloses(FenceSlot* slot) => Atomic.CompareExchangeFull(ref slot->Head, 1, 2);
}
