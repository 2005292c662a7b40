using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;
using FastFence.Telemetry;

namespace FastFence;

/// <summary>One bucket of a histogram.</summary>
/// <param name="Nanoseconds">Middle of the bucket.</param>
/// <param name="Count">How many values.</param>
public readonly record struct LatencyCount(long Nanoseconds, long Count);

/// <summary>
/// The poller of an engine: an agent that runs on a thread of its own, or is stepped by hand. It reads completion words,
/// retires prefixes and signals; managed callbacks go to the dispatcher.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The engine stops it: a host must not.")]
public sealed unsafe class FencePoller
{
    private static uint s_saidOnce;

    private readonly FenceEngine _engine;
    private readonly OwnedBlock _owned;
    private readonly PollerBlock* _block;
    private readonly int? _core;
    private readonly List<nint> _rings = [];
    private readonly Lock _change = new();
    private string? _warning;
    private bool _stopping;
    private int? _kept;
    private string _keeping = string.Empty;
    private IPollerThread? _thread;
    private NativePollerThread? _former;

    internal FencePoller(FenceEngine engine, EngineBlock* block, FenceEngineOptions options)
    {
        _engine = engine;
        _core = options.PollerCore;
        _owned = new OwnedBlock(sizeof(PollerBlock));
        _block = (PollerBlock*)_owned.Block;
        if (_block == null)
        {
            References.ThrowNoCache();
        }

        _block->Engine = block;
        _block->Budget = (uint)options.RetireBudget;
        TimeSpan spin = options.PollerSpin ?? (Cpu.UsableCores >= 2 ? TimeSpan.FromMicroseconds(20) : TimeSpan.Zero);
        _block->SpinNanoseconds = (long)spin.TotalNanoseconds;
        _block->YieldNanoseconds = (long)options.PollerYield.TotalNanoseconds;
        _block->ParkNanoseconds = (long)options.PollerPark.TotalNanoseconds;
    }

    /// <summary>Is its thread running?</summary>
    public bool IsRunning => _thread?.IsAlive ?? false;

    /// <summary>Whether its thread is pinned and its core kept free of others, or why not.</summary>
    public string Pinning => _thread is { } thread ? thread.Pinning + _keeping : "stepped by hand: runs on the caller's thread";

    /// <summary>Which runtime its thread belongs to now: <see cref="PollerKind.Native"/> or <see cref="PollerKind.Managed"/>.</summary>
    public PollerKind Kind => _thread is { IsNative: true } ? PollerKind.Native : PollerKind.Managed;

    /// <summary>Why it is of this kind, in words: where the library is, or what is missing and what to do.</summary>
    public string KindReason { get; private set; } = "stepped by hand";

    /// <summary>How often a managed poller had to take the place of a native one that stood still.</summary>
    public long Takeovers => Atomic.LoadAcquire(ref _block->Words.Term);

    /// <summary>Rises with every turn and every fence.</summary>
    public long Heartbeat => (long)Atomic.LoadAcquire(ref _block->Words.Heartbeat);

    /// <summary>Is it asleep?</summary>
    public bool IsParked => Atomic.LoadAcquire(ref _block->Words.Parked) != 0;

    /// <summary>Device completion to signal, of rings that keep completion times, since the engine's start.</summary>
    public IReadOnlyList<LatencyCount> GetRetireLatency()
    {
        List<LatencyCount> counts = [];
        for (int i = 0; i < LatencyCells.BucketCount; i++)
        {
            long n = (long)_block->Latency.Read(i);
            if (n != 0)
            {
                counts.Add(new LatencyCount(LatencyCells.ValueOf(i), n));
            }
        }

        return counts;
    }

    /// <summary>One turn on the calling thread, for engines made without a poller thread; how many positions were retired.</summary>
    /// <exception cref="InvalidOperationException">The poller has a thread of its own, or the caller is inside an access section.</exception>
    public int DoWork()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("This poller runs on a thread of its own: make the engine with StartPoller = false to step it.");
        }

        Section.ThrowIfInside("A poller's turn");
        lock (_rings)
        {
            ReaderState former = PollerThread.Enter(_block, out ThreadCache* cache);
            if (former == ReaderState.Free)
            {
                References.ThrowNoCache();
            }

            try
            {
                return PollerThread.DoWork(_block, cache, _block->Words.Term);
            }
            finally
            {
                // Nobody publishes the time until the next step: readers go to the clock.
                _block->Engine->Clock.Publish(0);
                PollerThread.Leave(former);
            }
        }
    }

    internal PollerBlock* Block => _block;

    internal IPollerThread? Thread => _thread;

    /// <summary>The native thread that polls, or stood still and was replaced; null without one.</summary>
    internal NativePollerThread? NativeThread => _thread as NativePollerThread ?? _former;

    internal void Start()
    {
        PollerKind asked = _engine.Options.PollerKind;
        if (asked == PollerKind.Managed)
        {
            KindReason = "managed as asked for";
        }
        else if (!NativePollerLibrary.IsAvailable)
        {
            FallBack(NativePollerLibrary.Reason, once: asked == PollerKind.Auto);
        }
        else
        {
            // Before it runs: its steps must do nothing when they come late.
            _block->Words.MayBeReplaced = 1;
            _thread = NativePollerThread.TryStart(_block, _core, out string reason);
            KindReason = NativePollerLibrary.Reason;
            if (_thread == null)
            {
                FallBack(reason, once: false);
            }
        }

        _thread ??= new PollerThread(_block, _core);
        PollerPauses.Begin(_thread);
        KeepCoreFree();
    }

    // After it has pinned itself: a core that it cannot have is left to the others.
    private void KeepCoreFree()
    {
        if (_core is int core && _thread is { IsPinned: true } && _engine.Options.KeepPollerCoreFree)
        {
            _kept = CoreKeeper.TryKeep(core, out string result) ? core : null;
            _keeping = $", {result}";
        }
    }

    private void GiveCoreBack()
    {
        if (_kept is int core)
        {
            _kept = null;
            _keeping = string.Empty;
            CoreKeeper.Release(core);
        }
    }

    /// <summary>False when a native thread stands still beyond the deadline: it may still touch the engine's memory.</summary>
    internal bool TryStop(long deadlineNanoseconds)
    {
        lock (_change)
        {
            _stopping = true; // nobody takes over from who was told to end
        }

        bool stopped = _thread?.TryStop(deadlineNanoseconds) ?? true;
        GiveCoreBack();
        _thread = stopped ? null : _thread;
        return (_former?.TryStop(deadlineNanoseconds) ?? true) && stopped;
    }

    /// <summary>
    /// A managed poller goes on where the native one stands. The term changes first: the former, when it goes on, retires at most
    /// the position it was at, in steps that do nothing twice.
    /// </summary>
    internal bool TryTakeOver(NativePollerThread former)
    {
        lock (_change)
        {
            if (_stopping || _thread != former)
            {
                return false;
            }

            TakeOver(former);
            return true;
        }
    }

    private void TakeOver(NativePollerThread former)
    {
        PollerWake.BeginSharing(&_block->Wake);

        // [POLLER-TERM] full: the new term stands before the new poller's first step. Pairs with [POLLER-TERM] (the poller's look before
        // each position). Without it both would go on for long, and each would pay for the other's steps.
        Atomic.AddFull(ref _block->Words.Term, 1);
        Atomic.StoreRelease(ref _block->Words.Parked, 0);
        _former = former;
        _thread = new PollerThread(_block, _core);
        PollerPauses.Begin(_thread);
        KindReason = "a managed poller has taken the place of the native one, which stood still";
    }

    /// <summary>Gives back what a replaced thread had, once it has ended.</summary>
    internal void SettleFormer()
    {
        if (_former is { } former && former.TrySignOff())
        {
            _former = null;
            PollerWake.EndSharing(&_block->Wake);
        }
    }

    // The engine has no listeners when it starts: its housekeeper says it when there is one.
    internal string? TakeWarning()
    {
        string? warning = _warning;
        _warning = null;
        return warning;
    }

    private void FallBack(string reason, bool once)
    {
        KindReason = reason;
        if (!once || Atomic.ExchangeFull(ref s_saidOnce, 1) == 0)
        {
            _warning = $"The managed poller runs, and stands still during garbage collections: {reason}.";
        }
    }

    internal void Add(FenceRing ring)
    {
        ring.Block->Wake = &_block->Wake;
        ring.Block->Timeline->PollerAsleep = (nint)(&_block->Wake.Asleep);
        _rings.Insert(PlaceOf(ring.Block), (nint)ring.Block);
        try
        {
            Replace();
        }
        catch (InsufficientMemoryException)
        {
            _rings.Remove((nint)ring.Block);
            throw;
        }
    }

    // The engine is gone and no device is left that could wake us.
    internal void FreeMemory()
    {
        RingSet* set = RingSet.Replace(_block, null);
        if (set != null)
        {
            BlockHeap.Free(set, RingSet.BytesFor(set->Count, set->Interrupts));
        }

        _owned.Allow();
    }

    internal void Remove(FenceRing ring)
    {
        _rings.Remove((nint)ring.Block);
        Replace();
    }

    /// <summary>
    /// Waits until no turn looks at what was taken from it before <paramref name="stamp"/>: its host may unmap a completion word then. False when the poller
    /// stood still so long.
    /// </summary>
    internal bool AwaitTurn(ulong stamp, TimeSpan limit)
    {
        ThreadCache* cache = _block->Cache;
        ReaderRecord* reader = cache == null ? null : cache->Reader;
        if (!IsRunning || reader == null || reader == Registry.CurrentReader())
        {
            return true; // turns are the callers' own, under the lock of the set
        }

        for (long deadline = MonotonicClock.After(limit); Domain.IsHeldBy(reader, stamp); CurrentThread.Yield())
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A ring has other memory: the poller is to look at another word, and to sleep on another interrupt word.</summary>
    internal bool TryRefresh(Lock gate)
    {
        try
        {
            lock (gate)
            {
                _rings.Sort(static (a, b) => RingSet.Compare((RingBlock*)a, (RingBlock*)b));
                Replace();
            }

            return true;
        }
        catch (InsufficientMemoryException)
        {
            return false; // it goes on with the former interrupt words, heard when a park ends, and visits the ring in each turn
        }
    }

    private List<nint> InterruptWords()
    {
        List<nint> words = [];
        foreach (nint ring in _rings)
        {
            nint word = (nint)((RingBlock*)ring)->Interrupt;
            if (word != 0 && words.Count < RingSet.MaxInterrupts && !words.Contains(word))
            {
                words.Add(word);
            }
        }

        return words;
    }

    // Behind those that come before it in a set, and those that are equal.
    private int PlaceOf(RingBlock* ring)
    {
        int from = 0;
        for (int to = _rings.Count; from < to;)
        {
            int middle = (from + to) / 2;
            bool isBefore = RingSet.Compare((RingBlock*)_rings[middle], ring) <= 0;
            from = isBefore ? middle + 1 : from;
            to = isBefore ? to : middle;
        }

        return from;
    }

    // A new set is published as a whole; the poller may use the former one until its next quiescent state.
    private void Replace()
    {
        RingSet* set = RingSet.TryMake(CollectionsMarshal.AsSpan(_rings), CollectionsMarshal.AsSpan(InterruptWords()));
        if (set == null)
        {
            References.ThrowNoCache();
        }

        RingSet* former = RingSet.Replace(_block, set);
        if (former != null)
        {
            PrivateHeap.Retire(_engine.Block, 0, 0, (nint)former, RingSet.BytesFor(former->Count, former->Interrupts));
        }
    }
}
