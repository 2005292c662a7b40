using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>What adding a callback came to.</summary>
public enum AddCallbackResult
{
    /// <summary>Accepted: it runs exactly once, or is removed.</summary>
    Added,

    /// <summary>The fence is signaled; the function was not called and nothing stays allocated (C11).</summary>
    AlreadySignaled,

    /// <summary>The handle's fence is gone, which means signaled.</summary>
    Stale,

    /// <summary>The engine's bound on callbacks is reached (−ENOMEM); nothing was changed.</summary>
    NoMemory,

    /// <summary>The exporter that owns the callback's code is going away (C17); nothing was changed.</summary>
    OwnerClosed,
}

/// <summary>An accepted callback. A copy may be kept for ever: a late remove is refused by its own generation.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe record struct CallbackRegistration
{
    internal CallbackRegistration(Fence fence, uint node, uint generation)
    {
        Fence = fence;
        Node = node;
        Generation = generation;
    }

    /// <summary>Writes a registration where it is wanted: as the constructor, without the address of a local.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(out CallbackRegistration to, ulong fence, uint node, uint generation)
    {
        Unsafe.SkipInit(out to);
        ref ulong words = ref Unsafe.As<CallbackRegistration, ulong>(ref to);
        words = fence;
        Unsafe.Add(ref words, 1) = node | ((ulong)generation << 32);
    }

    /// <summary>The fence.</summary>
    public Fence Fence { get; }

    internal uint Node { get; }

    internal uint Generation { get; }

    /// <summary>
    /// Removes the callback. True only if it will never run; false when it ran, runs, or was removed before. Any thread, also
    /// inside callbacks. Never blocks.
    /// </summary>
    public bool Remove() => RemoveOn(ref Registry.Current);

    internal bool RemoveOn(ref ThreadWords words) => CallbackAdd.Remove(ref words, Fence.Value, Node, Generation);

    // Whatever the callback and its fence are.
    internal bool RemoveInSection(ref ThreadWords words)
    {
        if (Node == 0)
        {
            return false;
        }

        FenceSlot* slot = Fence.Slot;
        ulong before = Section.EnterBrief(ref words);
        bool removed = RemoveInside(References.CacheOf(ref words, slot, Fence.Generation), slot, Fence.Generation, Node, Generation);
        Section.LeaveBrief(ref words, before);
        return removed;
    }

    /// <summary>Removes a callback with all that belongs to it. Inside a section.</summary>
    internal static bool RemoveInside(ThreadCache* cache, FenceSlot* slot, uint fenceGeneration, uint index, uint generation)
    {
        if (cache == null)
        {
            return false;
        }

        // Read before the mark: afterwards the sweeper may use the node's fields. They are this registration's only if the
        // removal succeeds, and then they were.
        CallbackNode* node = CallbackNode.At(index);
        NodeKind kind = (NodeKind)node->Kind;
        nint argument = node->Argument;
        uint owner = node->Owner;
        bool removed = CallbackList.Remove(cache, slot, fenceGeneration, index, generation);
        if (!removed)
        {
            return false;
        }

        ThreadCache.Count(cache, Counter.CallbacksRemoved);
        if (kind == NodeKind.Delegate)
        {
            DelegateTable.Take((int)argument, out _, out _);
        }

        if (owner != 0)
        {
            CodeOwner.Leave(owner);
        }

        return true;
    }
}
