using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Telemetry;

namespace FastFence;

/// <summary>
/// A fence engine: its fences live in native slabs, its rings are retired by one poller, its memory goes through grace periods.
/// Make one a process or one a device; every method may be called from any thread unless it says otherwise.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "Teardown closes every exporter, the default one included, through the list.")]
public sealed unsafe partial class FenceEngine : IDisposable
{
    private static ulong s_lastSerial;
    private static ulong s_lastContext;

    private readonly OwnedBlock _owned;
    private readonly EngineBlock* _block;
    private readonly List<Exporter> _exporters = [];
    private readonly Lock _gate = new();
    private readonly Dispatchers _dispatcher;
    private readonly Dispatchers _forwarder;
    private readonly HousekeeperThread _housekeeper;
    private readonly Exporter _default;
    private uint _lastExporter;

    /// <summary>Makes an engine with its dispatcher, forwarder, reclaimer and (unless told not to) poller threads.</summary>
    /// <param name="options">Bounds and habits; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InsufficientMemoryException">The reservation has no room.</exception>
    public FenceEngine(FenceEngineOptions? options = null)
    {
        Options = options ?? new FenceEngineOptions();
        Options.Validate();
        Checks.ThrowIfSettingIsUnknown();
        _owned = new OwnedBlock(sizeof(EngineBlock));
        _block = CreateBlock((EngineBlock*)_owned.Block, Options);
        Faults.SetSink(_block->Pools.Serial, (fence, e) => Notify(
            NotificationKind.CallbackFaulted, $"A callback or destructor threw {e.GetType().Name}: {e.Message}", e, facts: new EventFacts { Fence = fence.Value }));
        if (Checks.On)
        {
            Misuses.SetSink(_block->Pools.Serial, misuse => Notify(NotificationKind.Misuse, misuse.Message, null, misuse));
        }

        try
        {
            if (Options.Recording != RecordingMode.Off)
            {
                Recording = Options.Recording; // before its threads are there, and any name
            }

            Poller = new FencePoller(this, _block, Options);
            _dispatcher = new Dispatchers(_block, DispatcherRole.Runs);
            _forwarder = new Dispatchers(_block, DispatcherRole.Forwards);
            _housekeeper = new HousekeeperThread(_block, Chores);
            _default = CreateExporter("fastfence");
            if (Options.StartPoller)
            {
                Poller.Start();
            }

            _figures = new Figures(this);
            MeteredEngines.Add(_figures);
        }
        catch
        {
            Dispose(); // nothing half-made: threads, names and memory go back
            throw;
        }
    }

    /// <summary>
    /// What a person or a log should know; raised on the engine's own threads, a misuse on the thread that did it: be quick.
    /// </summary>
    public event EventHandler<FenceEngineNotificationEventArgs>? Notified;

    /// <summary>The options it was made with.</summary>
    public FenceEngineOptions Options { get; }

    /// <summary>The poller.</summary>
    public FencePoller Poller { get; }

    /// <summary>The engine's own exporter, for timelines that need no driver.</summary>
    public Exporter DefaultExporter => _default;

    /// <summary>Is the engine disposed, or being disposed?</summary>
    public bool IsDisposed => Atomic.LoadAcquire(ref _block->State) != (uint)EngineState.Open;

    internal EngineBlock* Block => _block;

    internal Lock Gate => _gate;

    internal void HastenReclaimer() => HousekeeperThread.Hasten(_block);

    internal ulong HousekeeperTicks => _housekeeper.Ticks;

    internal bool IsHousekeeper => _housekeeper?.IsCurrent ?? false;

    /// <summary>Makes an exporter with a constant driver name.</summary>
    /// <param name="driverName">At most 240 UTF-8 bytes.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    /// <exception cref="InsufficientMemoryException">The name table or the reservation is full.</exception>
    public Exporter CreateExporter(string driverName) => CreateExporter(driverName, default, 0);

    /// <summary>Makes an exporter with ops and data of its own.</summary>
    /// <param name="driverName">Captured for traces (C9); asked by op while a fence is pending if there is one.</param>
    /// <param name="ops">Static functions, each optional.</param>
    /// <param name="privateData">Handed to the ops; released by <see cref="ExporterOps.Release"/>.</param>
    public Exporter CreateExporter(string driverName, ExporterOps ops, nint privateData) => CreateExporterCore(driverName, ops, privateData, null);

    /// <summary>Makes an exporter whose code can be unloaded (C17): that is done by its <see cref="Exporter.UnloadAsync"/>.</summary>
    /// <param name="driverName">Captured for traces (C9).</param>
    /// <param name="ops">Static functions of that code, or trampolines into it, each optional.</param>
    /// <param name="privateData">Handed to the ops; released by <see cref="ExporterOps.Release"/>.</param>
    /// <param name="code">The code; it belongs to the exporter from here on.</param>
    public Exporter CreateExporter(string driverName, ExporterOps ops, nint privateData, ExporterCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        Exporter exporter = CreateExporterCore(driverName, ops, privateData, code);
        if (code.Context != null)
        {
            _ = exporter.CodeOwner; // from here on delegates of the context are known to be its
        }

        return exporter;
    }

    private Exporter CreateExporterCore(string driverName, ExporterOps ops, nint privateData, ExporterCode? code)
    {
        ArgumentNullException.ThrowIfNull(driverName);
        lock (_gate)
        {
            // Under the gate: teardown reads the list under it after it has set the state.
            ThrowIfDisposed();
            Exporter exporter = new(this, driverName, ops, privateData, ++_lastExporter, code);
            _exporters.Add(exporter);
            return exporter;
        }
    }

    /// <summary>Makes a timeline on the engine's own exporter.</summary>
    /// <param name="name">At most 240 UTF-8 bytes.</param>
    /// <param name="options">Null for the defaults.</param>
    public Timeline CreateTimeline(string name, TimelineOptions? options = null) => _default.CreateTimeline(name, options);

    /// <summary>Makes a ring on the engine's own exporter.</summary>
    /// <param name="name">At most 240 UTF-8 bytes.</param>
    /// <param name="options">Null for the defaults.</param>
    public FenceRing CreateRing(string name, RingOptions? options = null) => _default.CreateRing(name, options);

    /// <summary>Counters, summed now.</summary>
    public EngineStatistics GetStatistics()
    {
        EngineStatistics statistics = EngineStatistics.Gather(_block);
        GC.KeepAlive(this); // the block is ours to the end of the walk
        return Poller == null
            ? statistics
            : statistics with { PollerKind = Poller.Kind, PollerReason = Poller.KindReason, PollerTakeovers = Poller.Takeovers };
    }

    internal static ulong NextContext() => Atomic.AddFull(ref s_lastContext, 1);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    internal void Notify(NotificationKind kind, string message, Exception? exception = null, MisuseEventArgs? misuse = null, EventFacts facts = default)
    {
        message += SaveRecords(kind);
        WriteEvent(kind, message, exception, misuse, facts);
        try
        {
            Notified?.Invoke(this, new FenceEngineNotificationEventArgs(kind, message, exception, misuse));
        }
#pragma warning disable CA1031 // a listener's exception has nobody to go to and must not end an engine thread
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static EngineBlock* CreateBlock(EngineBlock* block, FenceEngineOptions options)
    {
        if (block == null)
        {
            References.ThrowNoCache();
        }

        PoolSet* pools = &block->Pools;
        pools->Serial = Atomic.AddFull(ref s_lastSerial, 1);
        pools->BagCapacity = (uint)options.MagazineSize;
        pools->AdvanceThreshold = 8;
        pools->LimboBound = (ulong)(options.MaxLimbo != 0 ? options.MaxLimbo : Math.Max(1, options.MaxFences * 3 / 4));
        pools->Poison = options.Poison ? 1u : 0;
        SlabPreparation preparation = (options.Prefault ? SlabPreparation.Prefault : 0)
            | (options.HugePages ? SlabPreparation.HugePages : 0)
            | (options.LockMemory ? SlabPreparation.Lock : 0);
        pools->Fences = new SlotPool { Region = Regions.Fences, Quota = (ulong)options.MaxFences, Preparation = preparation };
        pools->Nodes = new SlotPool { Region = Regions.Nodes, Quota = (ulong)options.MaxCallbacks, Preparation = preparation };
        block->Domain = Domain.Process;
        block->SweepOff = options.Sweep ? 0u : 1;
        block->OwnedCode = CodeOwner.Counts;
        if (block->OwnedCode == 0)
        {
            References.ThrowNoCache();
        }

        block->StartNanoseconds = MonotonicClock.Nanoseconds;
        _ = StubFence.Handle;
        return block;
    }
}
