// An await's two records. Its beginning and its end come from different threads, and awaits of one thread overlap: so each carries the await's
// number, and traces show them as asynchronous slices, not as waits of a thread.
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Waiting;

/// <summary>What the record of an await's end takes; empty where its beginning was not recorded.</summary>
internal unsafe struct AwaitTrace
{
    private EngineBlock* _engine;
    private ulong _context;
    private ulong _seqno;
    private ulong _names;
    private bool _keepsNames;

    /// <summary>Records the beginning of an await of a fence. Safety: the caller holds a reference, to the await's end.</summary>
    public void Begin(int number, Fence fence)
    {
        FenceSlot* slot = fence.Slot;
        if (!FenceTrace.IsOn(slot))
        {
            return;
        }

        Section.Enter();
        ThreadCache* cache = References.CacheOf(slot, fence.Generation);
        if (cache != null)
        {
            this = new AwaitTrace
            {
                _engine = slot->Timeline->Engine,
                _context = slot->Context,
                _seqno = slot->Seqno,
                _names = FenceTrace.NamesOf(slot),
            };
            FenceTrace.Await(cache, RecordKind.AwaitBegin, _context, _seqno, _names, (ulong)number, 0);
        }

        Section.Exit();
    }

    /// <summary>Records the beginning of an await of a value: names are kept to its end. Inside a section that has seen the timeline alive.</summary>
    public void Begin(int number, ThreadCache* cache, TimelineBlock* timeline, ulong seqno)
    {
        if (Atomic.LoadPlain(ref timeline->Engine->Pools.Recording) == 0)
        {
            return;
        }

        this = new AwaitTrace
        {
            _engine = timeline->Engine,
            _context = timeline->Context,
            _seqno = seqno,
            _names = NameTable.Keep(timeline->DriverName, timeline->TimelineName),
            _keepsNames = true,
        };
        FenceTrace.Await(cache, RecordKind.AwaitBegin, _context, _seqno, _names, (ulong)number, 0);
    }

    /// <summary>Records its end, on whatever thread hands the result over.</summary>
    public void End(int number, AwaitOutcome outcome)
    {
        if (_engine == null)
        {
            return;
        }

        // An engine that was disposed meanwhile has no cache for us: then there is no second record.
        Section.Enter();
        ThreadCache* cache = Registry.CacheOf(&_engine->Pools);
        if (cache != null)
        {
            FenceTrace.Await(cache, RecordKind.AwaitEnd, _context, _seqno, _names, (ulong)number, (ulong)outcome);
        }

        Section.Exit();
        if (_keepsNames)
        {
            NameTable.Release((uint)_names);
            NameTable.Release((uint)(_names >> 32));
        }

        this = default;
    }
}
