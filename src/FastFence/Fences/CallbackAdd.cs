// The plain ways of adding and removing a callback: the fence is open and of the thread's current engine, a node is at hand, nobody's code is owned.
// They call nothing, so they keep nothing on a stack; whatever else there is goes on elsewhere, by a tail call, with nothing changed.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>Adding and removing. Any thread; never blocks, allocates nothing managed.</summary>
internal static unsafe class CallbackAdd
{
    /// <summary>Adds a callback whose code has no owner.</summary>
    public static AddCallbackResult Add(
        ref ThreadWords words, ulong handle, NodeKind kind, nint function, nint argument, out CallbackRegistration registration)
    {
        ThreadCache* cache = words.Cache;
        if (cache == null)
        {
            return AddSlowly(ref words, handle, kind, function, argument, out registration);
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            return AddSlowly(ref words, handle, kind, function, argument, out registration);
        }

        FenceSlot* fence = FenceSlot.Of(handle);

        // The slot is not given out again before the section ends: its head stays of the life that was seen current. No life has a null handle's generation.
        ulong head = IsOwn(cache, fence, (uint)(handle >> 32)) ? Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence)) : HeadWord.ClosedBit;
        uint index = HeadWord.IsClosed(head) ? 0 : CallbackList.TryTake(cache);
        if (index == 0)
        {
            Reader.LeaveBrief(reader, before);
            return AddSlowly(ref words, handle, kind, function, argument, out registration);
        }

        ThreadCache.Count(cache, Counter.NodesTaken);
        CallbackNode* node = CallbackNode.At(index);
        uint generation = node->State & ~NodeState.Mask;
        node->Function = function;
        node->Argument = argument;
        CallbackNode.SetKind(node, kind);
        Atomic.StorePlain(ref CallbackNode.StateOf(node), generation | NodeState.Pending);
        CallbackRegistration.Write(out registration, handle, index, generation);
        if (!CallbackList.TryPush(fence, head, index, node))
        {
            return AddAgain(ref words, handle, kind, before, ref registration);
        }

        ThreadCache.Count(cache, Counter.CallbacksAdded);
        if (kind == NodeKind.Await)
        {
            ThreadCache.Count(cache, Counter.Awaits);
        }

        if ((fence->Timeline->Flags & TimelineFlags.Enables) != 0)
        {
            return EnableInside(handle, reader, before);
        }

        Reader.LeaveBrief(reader, before);
        return AddCallbackResult.Added;
    }

    /// <summary>Removes a callback, given what its registration holds; as <see cref="CallbackRegistration.Remove"/>.</summary>
    public static bool Remove(ref ThreadWords words, ulong handle, uint index, uint generation)
    {
        ThreadCache* cache = words.Cache;
        if (cache == null || index == 0)
        {
            return RemoveSlowly(ref words, handle, index, generation);
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            return RemoveSlowly(ref words, handle, index, generation);
        }

        FenceSlot* fence = FenceSlot.Of(handle);
        CallbackNode* node = CallbackNode.At(index);
        if (!IsOwn(cache, fence, (uint)(handle >> 32)) || !CallbackNode.IsPlain(node))
        {
            Reader.LeaveBrief(reader, before);
            return RemoveSlowly(ref words, handle, index, generation);
        }

        bool removed = CallbackList.TryMark(node, generation);
        if (removed)
        {
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(fence));
            if (HeadWord.IsClosed(head) || CallbackSweep.IsDue(fence, head))
            {
                return RemoveMarked(ref words, handle, index, generation, before, head);
            }

            Atomic.StoreRelease(&node->Final, 1); // [CB-FINAL]
            ThreadCache.Count(cache, Counter.CallbacksRemoved);
        }

        Reader.LeaveBrief(reader, before);
        return removed;
    }

    // A fence of the engine that the thread's cache is for, and still this one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOwn(ThreadCache* cache, FenceSlot* fence, uint generation)
    {
        PoolSet* pools = cache->Pools;
        return FenceLife.IsCurrent(fence, generation) && (PoolSet*)fence->Timeline->Engine == pools && cache->Serial == pools->Serial;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AddCallbackResult AddSlowly(
        ref ThreadWords words, ulong handle, NodeKind kind, nint function, nint argument, out CallbackRegistration registration) =>
        new Fence(handle).Add(ref words, kind, function, argument, null, out registration);

    // Somebody else was there: another push, an error set, a sweep, or the end of the fence. Inside Add's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AddCallbackResult AddAgain(ref ThreadWords words, ulong handle, NodeKind kind, ulong before, ref CallbackRegistration registration)
    {
        ThreadCache* cache = words.Cache;
        FenceSlot* fence = FenceSlot.Of(handle);
        CallbackList.AddResult result = CallbackList.PushFilled(fence, (uint)(handle >> 32), registration.Node, CallbackNode.At(registration.Node));
        if (result != CallbackList.AddResult.Added)
        {
            ThreadCache.Count(cache, result == CallbackList.AddResult.Stale ? Counter.StaleRefused : Counter.CallbacksRefused);
            CallbackList.GiveUnused(cache, registration.Node);
            Reader.LeaveBrief(words.Reader, before);
            registration = default;
            return result == CallbackList.AddResult.Stale ? AddCallbackResult.Stale : AddCallbackResult.AlreadySignaled;
        }

        ThreadCache.Count(cache, Counter.CallbacksAdded);
        cache->Counters.Add(Counter.Awaits, kind == NodeKind.Await ? 1u : 0);
        bool enables = (fence->Timeline->Flags & TimelineFlags.Enables) != 0;
        Reader.LeaveBrief(words.Reader, before);
        return enables ? Enable(handle) : AddCallbackResult.Added;
    }

    // Ends Add's section.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AddCallbackResult EnableInside(ulong handle, ReaderRecord* reader, ulong before)
    {
        Reader.LeaveBrief(reader, before);
        return Enable(handle);
    }

    // Enabling comes after the push: the op may answer that the fence has passed, and the engine then signals with the callback in place.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static AddCallbackResult Enable(ulong handle)
    {
        EnableSignaling.Enable(new Fence(handle));
        return AddCallbackResult.Added;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RemoveSlowly(ref ThreadWords words, ulong handle, uint index, uint generation) =>
        new CallbackRegistration(new Fence(handle), index, generation).RemoveInSection(ref words);

    // The mark stands, and the fence has closed or is to be swept. Inside Remove's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RemoveMarked(ref ThreadWords words, ulong handle, uint index, uint generation, ulong before, ulong head)
    {
        bool removed = CallbackList.RemoveMarked(words.Cache, FenceSlot.Of(handle), (uint)(handle >> 32), index, generation, head);
        if (removed)
        {
            ThreadCache.Count(words.Cache, Counter.CallbacksRemoved);
        }

        Reader.LeaveBrief(words.Reader, before);
        return removed;
    }
}
