using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

public sealed unsafe partial class Timeline
{
    // Until it is used, all that its block will be made of. A name and its reference.
    private readonly TimelineOptions? _options;
    private readonly uint _name;
    private nint _block;

    // A timeline that has not been used: it has a context and a name.
    internal Timeline(Exporter exporter, uint name, TimelineOptions options)
    {
        Exporter = exporter;
        _options = options;
        _name = name;
        _fenceNames = options.DynamicNames ? new FenceNameQueue() : null;
        _block = UnusedTimeline.Open;
        Context = options.DisplayContext ?? FenceEngine.NextContext();
    }

    /// <summary>Its name's number, until it has been freed.</summary>
    internal uint Name => _name;

    /// <summary>What stands for it: a block of its own, or one that all unused timelines share, which nobody may write.</summary>
    internal TimelineBlock* Seen => UnusedTimeline.At(ref _block);

    /// <summary>A block of its own, made if it has none.</summary>
    /// <exception cref="InsufficientMemoryException">None is to be had.</exception>
    internal TimelineBlock* Block
    {
        get
        {
            TimelineBlock* block = Use(mayGrow: true);
            if (block == null)
            {
                References.ThrowNoCache();
            }

            return block;
        }
    }

    /// <summary>Closes it if nobody has used it; false when it has a block, whose business it is then.</summary>
    internal bool TryCloseUnused() => UnusedTimeline.TryClose(ref _block);

    // A block of its own; null at the reservation's bound, or when it was closed unused. Inside a section that saw it not freed.
    private TimelineBlock* Use(bool mayGrow)
    {
        TimelineBlock* block = Seen;
        if (!UnusedTimeline.Is(block))
        {
            return block;
        }

        TimelineBlock* own = !mayGrow || Atomic.LoadAcquire(ref block->Closed) == TimelineClosed.Yes
            ? null
            : TimelineMemory.TryCreate(Exporter.Block, _name, _options!.DisplayContext == null ? Context : FenceEngine.NextContext(), _options);
        if (own == null || UnusedTimeline.TryUse(ref _block, own))
        {
            return own;
        }

        TimelineMemory.Free(own); // somebody else was first
        block = Seen;
        return UnusedTimeline.Is(block) ? null : block;
    }
}
