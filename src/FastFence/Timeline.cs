using System.Runtime.CompilerServices;
using System.Text;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence;

/// <summary>
/// A software timeline: fences with rising seqnos that are signaled through their sources, in seqno order (C11). Any thread.
/// </summary>
public sealed unsafe partial class Timeline : IDisposable
{
    private uint _freed;
    private ulong _final;
    private GraceToken _closing; // none: not seen closed yet

    internal Timeline(Exporter exporter, TimelineBlock* block, bool dynamicNames = false)
    {
        Exporter = exporter;
        _fenceNames = dynamicNames ? new FenceNameQueue() : null;
        _block = (nint)block;
        _name = block->TimelineName;
        Context = block->DisplayContext;
    }

    /// <summary>The exporter.</summary>
    public Exporter Exporter { get; }

    /// <summary>The context, as its fences show it.</summary>
    public ulong Context { get; }

    /// <summary>Seqno given out last. 0 once the timeline has been freed.</summary>
    public ulong LastSeqno => Read(completed: false);

    /// <summary>All fences up to this seqno are signaled. 0 once the timeline has been freed.</summary>
    public ulong CompletedSeqno => Read(completed: true);

    /// <summary>Is it closed?</summary>
    public bool IsClosed
    {
        get
        {
            Section.Enter();
            bool closed = IsFreed || Atomic.LoadAcquire(&Seen->Closed) == TimelineClosed.Yes;
            Section.Exit();
            return closed;
        }
    }

    // Read as a section's first load: whoever sees false may use the block to the section's end.
    internal bool IsFreed => Atomic.LoadAcquire(ref _freed) != 0;

    /// <summary>Makes a pending fence.</summary>
    /// <exception cref="InsufficientMemoryException">The engine's bound is reached.</exception>
    /// <exception cref="InvalidOperationException">The timeline is closed.</exception>
    public FenceSource CreateFence() => TryCreateFence(out FenceSource source, 0) ? source : ThrowRefused();

    /// <summary>
    /// Makes a pending fence; false at the engine's bound or when the timeline is closed: nothing has changed then. No managed
    /// allocation, no locked instruction on a single-emitter timeline, never blocks.
    /// </summary>
    /// <param name="source">The signaller's side.</param>
    /// <param name="privateData">The exporter's data of this fence.</param>
    public bool TryCreateFence(out FenceSource source, nint privateData = 0) => TryCreate(ref Registry.Current, out source, privateData);

    /// <summary>As the public one, with the calling thread's words in hand.</summary>
    internal bool TryCreate(ref ThreadWords words, out FenceSource source, nint privateData)
    {
        // The plain case calls nothing, so it keeps nothing on a stack; the others are tail calls.
        ThreadCache* cache = words.Cache;
        if (cache == null)
        {
            return TryCreateSlowly(ref words, out source, privateData);
        }

        ReaderRecord* reader = words.Reader; // who has a cache has a record
        TimelineBlock* timeline = Seen;
        if (!Reader.TryEnterBrief(Domain.Process, reader, out ulong before))
        {
            return TryCreateSlowly(ref words, out source, privateData);
        }

        uint index = !IsFreed && Atomic.LoadAcquire(&timeline->Closed) == 0 && (PoolSet*)timeline->Engine == cache->Pools
            && cache->Serial == cache->Pools->Serial ? FenceLife.TryReserve(cache) : 0;
        if (index == 0)
        {
            Reader.LeaveBrief(reader, before);
            return TryCreateSlowly(ref words, out source, privateData);
        }

        ulong seqno = TakeSeqno(timeline);
        ulong handle = FenceLife.Fill(cache, index, timeline, seqno, privateData, 1, FenceFlags.Unshared);
        FenceSource.Write(out source, handle, FencePlace.Of(timeline, seqno));
        if (cache->Record != 0)
        {
            return RecordBirth(cache, index, reader, before);
        }

        Reader.LeaveBrief(reader, before);
        return true;
    }

    // The fence's first record, inside its creator's section, which it ends.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RecordBirth(ThreadCache* cache, uint index, ReaderRecord* reader, ulong before)
    {
        FenceTrace.WriteOn(cache, RecordKind.FenceInit, FenceSlot.At(index));
        Reader.LeaveBrief(reader, before);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryCreateSlowly(ref ThreadWords words, out FenceSource source, nint privateData)
    {
        source = Create(ref words, privateData, 0);
        return !source.IsNull;
    }

    // A pending fence; null when it is refused.
    private FenceSource Create(ref ThreadWords words, nint privateData, ulong names)
    {
        ReaderRecord* reader = Registry.ReaderOf(ref words);
        if (reader == null)
        {
            return default; // no record for this thread: it can look at fences, not make them
        }

        // Inside a section: closing lets a grace period pass before it looks for pending fences, so none is made behind its back.
        ulong before = Reader.EnterBrief(Domain.Process, reader);
        FenceSource source = IsFreed ? default : CreateInside(ref words, privateData, names);
        Reader.LeaveBrief(reader, before);
        return !source.IsNull ? source : CreateAtBound(reader, privateData, names);
    }

    /// <summary>Closes the timeline: no new fences, pending ones end with an error in seqno order. Never blocks for long.</summary>
    /// <param name="error">−ENOENT unless given.</param>
    public void Close(FenceError error = default) =>
        Teardown.CloseTimeline(this, error.IsError ? error : FenceError.TimelineClosed);

    /// <summary>Closes it with −ENOENT.</summary>
    public void Dispose() => Close();

    private FenceSource CreateInside(ref ThreadWords words, nint privateData, ulong names)
    {
        // A block is memory that may not be there yet: inside a signalling section nothing grows (C3).
        TimelineBlock* timeline = Use(mayGrow: words.Reader->Signalling == 0);
        if (timeline == null || Atomic.LoadAcquire(&timeline->Closed) != TimelineClosed.No)
        {
            return default;
        }

        ThreadCache* cache = Registry.CacheOf(ref words, &timeline->Engine->Pools);
        uint index = cache == null ? 0 : FenceLife.Reserve(cache);
        if (index == 0)
        {
            return default;
        }

        ulong seqno = TakeSeqno(timeline);
        ulong handle = FenceLife.Initialize(cache, index, timeline, seqno, privateData, 1, FenceFlags.Unshared, names);
        return new FenceSource(handle, FencePlace.Of(timeline, seqno));
    }

    // Comes last: what is taken here must become a fence, or the timeline would wait for it for ever.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TakeSeqno(TimelineBlock* timeline)
    {
        if ((timeline->Flags & TimelineFlags.SingleEmitter) == 0)
        {
            return Atomic.AddFull(ref timeline->LastSeqno, 1);
        }

        ulong seqno = Atomic.LoadPlain(&timeline->LastSeqno) + 1;
        Atomic.StoreRelease(&timeline->LastSeqno, seqno);
        return seqno;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FenceSource CreateAtBound(ReaderRecord* reader, nint privateData, ulong names)
    {
        if (IsClosed || !AtBound.TryMakeRoom(Exporter.Engine.Block))
        {
            return default;
        }

        Reader.Enter(Domain.Process, reader);
        FenceSource source = IsFreed ? default : CreateInside(ref Registry.Current, privateData, names);
        Reader.Exit(reader);
        return source;
    }

    /// <summary>
    /// Has a grace period passed since the timeline was first seen closed here? Until then a creator that saw it open may draw a seqno,
    /// though all those drawn so far have signaled and gone. The housekeeper, under the engine's gate; never blocks.
    /// </summary>
    internal bool IsPastCreators()
    {
        _closing = _closing == default ? GracePeriod.Start() : _closing;
        return GracePeriod.Poll(_closing) || Exporter.Skips(UnloadSkip.Creators);
    }

    // Driver and timeline, as captured when it was made; empty once it has been freed.
    internal (string Driver, string Name) GetNames()
    {
        Section.Enter();
        (string, string) names = IsFreed
            ? (string.Empty, string.Empty)
            : (Encoding.UTF8.GetString(NameTable.Text(Exporter.Block->DriverName)), Encoding.UTF8.GetString(NameTable.Text(_name)));
        Section.Exit();
        return names;
    }

    // Before the grace period after which the block goes. What it came to stays readable.
    internal void MarkFreed()
    {
        _final = Atomic.LoadAcquire(&Seen->Completed);
        Atomic.ExchangeFull(ref _freed, 1);
    }

    private ulong Read(bool completed)
    {
        Section.Enter();
        ulong seqno = IsFreed ? 0 : Atomic.LoadAcquire(ref completed ? ref Seen->Completed : ref Seen->LastSeqno);
        Section.Exit();
        return seqno;
    }

    private FenceSource ThrowRefused() => IsClosed
        ? throw new InvalidOperationException($"Timeline of context {Context} is closed.")
        : throw new InsufficientMemoryException(SignallingSection.IsInside
            ? "No fence: inside a signalling section nothing grows (C3), and this thread has no free slot at hand, or the timeline had no fence yet. Create it before the section."
            : "No fence: the engine's bound is reached (MaxFences, MaxLimbo, or the reservation). See GetStatistics().Limbo and FencesLive.");
}
