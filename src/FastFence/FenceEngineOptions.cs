namespace FastFence;

/// <summary>Bounds and habits of an engine. All have defaults that suit a first run.</summary>
public sealed record FenceEngineOptions
{
    /// <summary>Most fence slots (64 bytes each), live and on limbo together. At the bound creation is refused.</summary>
    public long MaxFences { get; init; } = 4L << 20;

    /// <summary>Most callback nodes (32 bytes each).</summary>
    public long MaxCallbacks { get; init; } = 8L << 20;

    /// <summary>Most slots waiting on limbo lists before creation is refused (C18). 0 = three quarters of <see cref="MaxFences"/>.</summary>
    public long MaxLimbo { get; init; }

    /// <summary>Fill reclaimed memory with a pattern and check it at reuse.</summary>
    public bool Poison { get; init; } = true;

    /// <summary>Touch new slabs when they are taken, not when they are used.</summary>
    public bool Prefault { get; init; }

    /// <summary>Ask for huge pages.</summary>
    public bool HugePages { get; init; }

    /// <summary>Lock slabs in memory; a refusal is a notification, not an error.</summary>
    public bool LockMemory { get; init; }

    /// <summary>Start the poller's thread. Without it somebody calls <see cref="FencePoller.DoWork"/> (tests, own loops).</summary>
    public bool StartPoller { get; init; } = true;

    /// <summary>Which runtime the poller's thread belongs to; <see cref="FencePoller.KindReason"/> says what became of it.</summary>
    public PollerKind PollerKind { get; init; }

    /// <summary>Core to pin the poller to; null = not pinned.</summary>
    public int? PollerCore { get; init; }

    /// <summary>
    /// Keep every other thread of the process off <see cref="PollerCore"/> from the poller's start to its end: the main thread, whose
    /// cores new threads of .NET take, and all there are, the collector's included. Nothing where the poller is not pinned, or the process
    /// has no other core; <see cref="FencePoller.Pinning"/> says what came of it. Child processes inherit it from who starts them.
    /// </summary>
    public bool KeepPollerCoreFree { get; init; } = true;

    /// <summary>How long an idle poller spins. Null: 20 µs, or nothing where fewer than two cores are usable.</summary>
    public TimeSpan? PollerSpin { get; init; }

    /// <summary>How long it yields after that.</summary>
    public TimeSpan PollerYield { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Longest park while something is outstanding: what a lost interrupt costs.</summary>
    public TimeSpan PollerPark { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Positions one ring may retire in one turn before the next ring has its turn.</summary>
    public int RetireBudget { get; init; } = 512;

    /// <summary>A reader that holds up reclamation for longer is named in a notification.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A poller whose heartbeat rests for longer, outside a park, is named in a notification. A native one is replaced at three quarters of it, so
    /// that no fence is late by more than the limit (on a machine that lets the watch run: time counts in ticks of the housekeeper, 10 ms).
    /// </summary>
    public TimeSpan HeartbeatLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Write to the flight recorder from the start; see <see cref="FenceEngine.Recording"/>.</summary>
    public RecordingMode Recording { get; init; }

    /// <summary>
    /// A folder: at the first stalled reader, hang, lost device or stalled poller the flight recorder is saved there, and the notification
    /// says so. Null: not. Only while recording is on.
    /// </summary>
    public string? DumpFolder { get; init; }

    /// <summary>A callback that holds the dispatcher for longer is named in a notification, and the dispatcher replaced. Counted in ticks of the reclaimer.</summary>
    public TimeSpan CallbackLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long disposal waits for others (running callbacks, parked waiters, late readers, devices) before it leaves memory behind. An
    /// exporter whose turn comes late still has a second for its own end.
    /// </summary>
    public TimeSpan DisposeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Indices in a magazine; tests make rare paths common with small ones.</summary>
    internal int MagazineSize { get; init; } = Memory.Bag.MaxCapacity;

    /// <summary>False leaves removed callbacks in their list: the control of tests that nothing grows.</summary>
    internal bool Sweep { get; init; } = true;

    internal void Validate()
    {
        CheckRange(MaxFences, 1, uint.MaxValue, nameof(MaxFences));
        CheckRange(MaxCallbacks, 1, uint.MaxValue, nameof(MaxCallbacks));
        CheckRange(MaxLimbo, 0, uint.MaxValue, nameof(MaxLimbo));
        CheckRange((long)PollerKind, 0, (long)PollerKind.Managed, nameof(PollerKind));
        CheckRange((long)Recording, 0, (long)RecordingMode.Precise, nameof(Recording));
        CheckRange(RetireBudget, 1, 1 << 20, nameof(RetireBudget));
        CheckRange(MagazineSize, 1, Memory.Bag.MaxCapacity, nameof(MagazineSize));
        CheckRange((long)CallbackLimit.TotalMilliseconds, 1, int.MaxValue, nameof(CallbackLimit));
        CheckRange((long)PollerYield.TotalMilliseconds, 0, 60_000, nameof(PollerYield));
        CheckRange((long)PollerPark.TotalMilliseconds, 1, 60_000, nameof(PollerPark));
    }

    private static void CheckRange(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} takes {least} to {most}.");
        }
    }
}
