using System.Text;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Rings;

namespace FastFence;

/// <summary>
/// An exporter (driver): owns timelines, rings and private data, and can go away while observers hold its fences for ever
/// (C15–C17). Any thread.
/// </summary>
public sealed unsafe partial class Exporter : IDisposable
{
    private const uint Open = 0;
    private const uint Closing = 1;
    private const uint HeldUp = 2;
    private const uint Complete = 3;

    private static readonly TimelineOptions s_defaults = new();

    private readonly ExporterBlock* _block;

    // Not in the block: that is another exporter's by the time of a second call.
    private uint _state;
    private uint _gone;
    private CodeOwner? _owner;

    internal Exporter(FenceEngine engine, string driverName, ExporterOps ops, nint privateData, uint number, ExporterCode? code)
    {
        if (ops.Wait != null && ops.CancelWait == null)
        {
            throw new ArgumentException("An exporter with a Wait op needs CancelWait: unload has to wake its sleepers (C17).", nameof(ops));
        }

        Engine = engine;
        DriverName = driverName;
        Code = code;
        uint name = Intern(driverName);
        _block = (ExporterBlock*)BlockHeap.TryAllocate(sizeof(ExporterBlock));
        if (_block == null)
        {
            NameTable.Release(name);
            References.ThrowNoCache();
        }

        _block->Engine = engine.Block;
        _block->Ops = ops;
        _block->PrivateData = privateData;
        _block->DriverName = name;
        _block->Number = number;
    }

    /// <summary>The engine.</summary>
    public FenceEngine Engine { get; }

    /// <summary>The driver's name.</summary>
    public string DriverName { get; }

    /// <summary>Is it closing or closed?</summary>
    public bool IsClosed => Atomic.LoadAcquire(ref _state) != Open;

    /// <summary>
    /// Marks callbacks as this exporter's code when they are added: they are gone before it is unloaded (C17).
    /// </summary>
    /// <exception cref="InsufficientMemoryException">4095 exporters own callbacks already.</exception>
    /// <exception cref="InvalidOperationException">The exporter is closed.</exception>
    public CodeOwner CodeOwner
    {
        get
        {
            lock (Engine.Gate)
            {
                return _owner ??= IsClosed
                    ? throw new InvalidOperationException($"Exporter '{DriverName}' is closed: its code registers nothing any more (contract C17).")
                    : new CodeOwner(Code?.Context);
            }
        }
    }

    internal ExporterCode? Code { get; }

    internal CodeOwner? OwnerIfAny => _owner;

    internal UnloadSkip Skip { get; set; }

    internal bool IsBeingClosed => Atomic.LoadAcquire(ref _state) == Closing;

    // Its block has been given back.
    internal bool IsGone => Atomic.LoadAcquire(ref _gone) != 0;

    internal ExporterBlock* Block => _block;

    internal List<Timeline> Timelines { get; } = [];

    internal List<FenceRing> Rings { get; } = [];

    internal List<FenceRing> ClosedRings { get; } = [];

    /// <summary>Makes a timeline.</summary>
    /// <param name="name">At most 240 UTF-8 bytes; captured for traces.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The exporter is closed.</exception>
    /// <exception cref="InsufficientMemoryException">No memory for it, or the name table is full.</exception>
    public Timeline CreateTimeline(string name, TimelineOptions? options = null)
    {
        options ??= s_defaults;
        lock (Engine.Gate)
        {
            uint interned = InternTimeline(name);
            Timeline timeline = TimelineMemory.IsNeededAtOnce(options)
                ? new Timeline(this, CreateBlock(interned, options), options.DynamicNames)
                : new Timeline(this, interned, options);
            Timelines.Add(timeline);
            return timeline;
        }
    }

    /// <summary>Makes a ring; its timeline has the same name.</summary>
    /// <param name="name">At most 240 UTF-8 bytes.</param>
    /// <param name="options">Null for the defaults.</param>
    public FenceRing CreateRing(string name, RingOptions? options = null)
    {
        options ??= new RingOptions();
        options.Validate();
        lock (Engine.Gate)
        {
            uint interned = InternTimeline(name);
            TimelineBlock* timeline = CreateBlock(interned, options, TimelineFlags.Ring, Teardown.GraceLimit);
            RingBlock* block = RingMemory.Create(
                Engine.Block,
                timeline,
                (uint)options.Capacity,
                (uint)options.CompletionBits,
                options.CompletionWord,
                options.KeepCompletionTimes && options.Addresses == null,
                (long)options.HoleLimit.TotalNanoseconds,
                options.CompletionTimes,
                options.Addresses ?? default);
            if (block == null || !DeadlineHints.TryMake(timeline))
            {
                if (block != null)
                {
                    RingMemory.Free(block);
                }

                TimelineMemory.Free(timeline);
                NameTable.Release(interned);
                throw new InsufficientMemoryException($"No native memory for a ring of {options.Capacity} positions.");
            }

            FenceRing ring = new(this, new Timeline(this, timeline), block, options);
            try
            {
                Engine.Poller.Add(ring);
            }
            catch (InsufficientMemoryException)
            {
                RingMemory.Free(block);
                TimelineMemory.Free(timeline);
                NameTable.Release(interned);
                throw;
            }

            Rings.Add(ring);
            return ring;
        }
    }

    /// <summary>
    /// Hands private data over to the reclaimer: after the grace period the destructor runs there, once, and may block (C15).
    /// The caller has made it unreachable: its fences are signaled.
    /// </summary>
    /// <param name="data">Argument of the destructor.</param>
    /// <param name="destructor">A static function of the exporter's code, which stays loaded until it has returned (C17).</param>
    /// <exception cref="InvalidOperationException">The exporter has gone: its code may be unloaded.</exception>
    public void Retire(nint data, delegate*<nint, void> destructor) => RetireCore(data, (nint)destructor, 0, 0);

    /// <summary>As the other, for data of <see cref="AllocatePrivate"/>: freed and poisoned when the destructor has returned.</summary>
    /// <param name="data">From <see cref="AllocatePrivate"/>; argument of the destructor.</param>
    /// <param name="bytes">As asked for there.</param>
    /// <param name="destructor">A static function of the exporter's code.</param>
    /// <exception cref="InvalidOperationException">The exporter has gone: its code may be unloaded.</exception>
    public void RetirePrivate(nint data, int bytes, delegate*<nint, void> destructor)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data);
        RetireCore(data, (nint)destructor, data, bytes);
    }

    /// <summary>Zeroed native memory for private data, from the engine's slabs; 0 at the bound or once closing.</summary>
    /// <param name="bytes">At least 1.</param>
    public nint AllocatePrivate(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return IsClosed ? 0 : (nint)BlockHeap.TryAllocate(bytes);
    }

    /// <summary>Frees private data after a grace period and poisons it.</summary>
    /// <param name="data">From <see cref="AllocatePrivate"/>.</param>
    /// <param name="bytes">As asked for there.</param>
    public void FreePrivate(nint data, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data);
        PrivateHeap.Retire(Engine.Block, 0, 0, data, bytes);
    }

    private void RetireCore(nint data, nint destructor, nint block, int bytes)
    {
        if (destructor == 0)
        {
            throw new ArgumentNullException(nameof(destructor), "A destructor is needed; FreePrivate frees without one.");
        }

        // Inside a section: a block that is not gone when looked at stays to the section's end.
        Section.Enter();
        bool gone = IsGone || Atomic.LoadAcquire(ref _state) == Complete;
        if (!gone)
        {
            DestructorCount.Enter(_block);
        }

        Section.Exit();
        if (gone)
        {
            throw new InvalidOperationException($"Exporter '{DriverName}' has gone: a destructor of its code cannot run any more (contract C17).");
        }

        PrivateHeap.Retire(Engine.Block, data, destructor, block, bytes, _block);
    }

    // Its last timeline is gone, so no fence points here any more; readers in sections may, until the grace period is over.
    internal void FreeBlock()
    {
        MarkGone();
        NameTable.Release(_block->DriverName);
        PrivateHeap.Retire(Engine.Block, 0, 0, (nint)_block, sizeof(ExporterBlock));
    }

    // Nobody can reach it any more: the engine is gone.
    internal void FreeBlockNow()
    {
        MarkGone();
        NameTable.Release(_block->DriverName);
        BlockHeap.Free(_block, sizeof(ExporterBlock));
    }

    private void MarkGone() => Atomic.ExchangeFull(ref _gone, 1);

    private uint InternTimeline(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Engine.ThrowIfDisposed();
        return IsClosed ? throw new InvalidOperationException($"Exporter '{DriverName}' is closed.") : Intern(name);
    }

    private TimelineBlock* CreateBlock(uint name, TimelineOptions options, uint flags = 0, TimeSpan? watchdog = null)
    {
        TimelineBlock* block = TimelineMemory.TryCreate(_block, name, FenceEngine.NextContext(), options, flags, watchdog);
        if (block == null)
        {
            NameTable.Release(name);
            References.ThrowNoCache();
        }

        return block;
    }

    private static uint Intern(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        if (utf8.Length > NameTable.MaxBytes)
        {
            throw new ArgumentException($"'{name[..20]}…' has {utf8.Length} UTF-8 bytes; names have at most {NameTable.MaxBytes}.", nameof(name));
        }

        uint id = NameTable.Intern(utf8);
        return id != 0 ? id : throw new InsufficientMemoryException(
            $"The name table holds {NameTable.Count} names and takes no more. Close timelines that are not needed.");
    }
}
