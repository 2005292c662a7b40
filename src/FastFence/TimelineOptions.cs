namespace FastFence;

/// <summary>Habits of a timeline.</summary>
public record TimelineOptions
{
    /// <summary>One thread makes all its fences: no locked instruction for a seqno. Two threads at once are a misuse.</summary>
    public bool SingleEmitter { get; init; }

    /// <summary>Compare seqnos as 32-bit values (C10).</summary>
    public bool Seqno32 { get; init; }

    /// <summary>Seqno before the first one.</summary>
    public ulong StartSeqno { get; init; }

    /// <summary>Context shown outside instead of the engine's own: for replayed captures.</summary>
    public ulong? DisplayContext { get; init; }

    /// <summary>Where callbacks run; null is <see cref="CallbackExecutor.Inline"/>: the thread that signals, the dispatcher for a poller.</summary>
    public CallbackExecutor? Executor { get; init; }

    /// <summary>
    /// Each fence may have names of its own (<see cref="Timeline.TryCreateNamedFence"/>): for drivers that put a seqno into their name. Each costs a place in
    /// the name table until its fence and its last record have gone; at the table's bound fences are refused. Not for rings.
    /// </summary>
    public bool DynamicNames { get; init; }

    /// <summary>The exporter's data of this timeline, handed to its ops.</summary>
    public nint PrivateData { get; init; }

    /// <summary>
    /// Longest time that a fence may take before the watchdog completes it with −ETIME (C3); <see cref="Timeout.InfiniteTimeSpan"/>
    /// for none. A ring's fences: 10 s without progress; others: one minute without a signal.
    /// </summary>
    public TimeSpan? Watchdog { get; init; }
}

/// <summary>Habits of a ring.</summary>
public sealed record RingOptions : TimelineOptions
{
    /// <summary>Positions, a power of two from 2 to 2^20.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Width of the completion word: 32 or 64.</summary>
    public int CompletionBits { get; init; } = 64;

    /// <summary>Let the device record when it completed, so that the poller can measure how late it saw it.</summary>
    public bool KeepCompletionTimes { get; init; }

    /// <summary>
    /// Address of <see cref="Capacity"/> 64-bit times where the device writes, before its word, when each position was done (monotonic
    /// ns, position modulo capacity); it stays mapped as long as the engine lives. 0 = the engine's own, if they are kept.
    /// </summary>
    public nint CompletionTimes { get; init; }

    /// <summary>
    /// Address of the completion word; it stays mapped until the ring is closed (<see cref="FenceRing.Dispose"/> has returned; should the
    /// poller stand still meanwhile, that waits a second for it at most). 0 = one of the engine's. 64-bit words of eight rings
    /// side by side (aligned to 8 bytes) are looked at in one step: an idle ring then costs the poller a fraction of a nanosecond.
    /// </summary>
    public nint CompletionWord { get; init; }

    /// <summary>Memory that a device in another process shares; then <see cref="CompletionWord"/> and <see cref="CompletionTimes"/> stay 0.</summary>
    public RingAddresses? Addresses { get; init; }

    /// <summary>
    /// Resets one after the other without a completed job between them before the ring is closed for good: its submitter is guilty of them.
    /// </summary>
    public int HangLimit { get; init; } = 3;

    /// <summary>The device, asked for health and quiet before fences are completed with an error.</summary>
    public FenceDevice? Device { get; init; }

    /// <summary>How long a reserved position may stay unpublished before it becomes a NOP (fault 34).</summary>
    public TimeSpan HoleLimit { get; init; } = TimeSpan.FromMilliseconds(100);

    internal void Validate()
    {
        if (DynamicNames)
        {
            throw new ArgumentException("A ring's fences have the ring's names: DynamicNames is for software timelines.", nameof(DynamicNames));
        }

        if (Capacity is < 2 or > 1 << 20 || !System.Numerics.BitOperations.IsPow2(Capacity))
        {
            throw new ArgumentOutOfRangeException(nameof(Capacity), Capacity, "A ring has 2 to 1048576 positions, a power of two.");
        }

        if (CompletionBits is not (32 or 64))
        {
            throw new ArgumentOutOfRangeException(nameof(CompletionBits), CompletionBits, "A completion word has 32 or 64 bits.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(HangLimit, 1);
        if (Addresses is { } shared && (shared.Commands == 0 || shared.CompletionWord == 0 || shared.Doorbell == 0
            || CompletionWord != 0 || CompletionTimes != 0))
        {
            throw new ArgumentException("Addresses names the commands, the word and the doorbell, and then CompletionWord and CompletionTimes stay 0.", nameof(Addresses));
        }
    }
}
