using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence;

/// <summary>
/// A ring: jobs go to a device in order, each with a fence that the poller signals when the device's completion word has
/// passed it. Ring position = seqno. Any thread may emit.
/// </summary>
public sealed unsafe class FenceRing : IDisposable
{
    /// <summary>Most in-fences of one job.</summary>
    public const int MostInFences = RingWait.MaxFences;

    private readonly RingBlock* _block;
    private uint _suspect;

    internal FenceRing(Exporter exporter, Timeline timeline, RingBlock* block, RingOptions options)
    {
        Exporter = exporter;
        Timeline = timeline;
        Device = options.Device;
        HangLimit = options.HangLimit;
        _block = block;
        Consumer = new RingConsumer(block);
    }

    /// <summary>The exporter.</summary>
    public Exporter Exporter { get; }

    /// <summary>The ring's timeline; fences are made by emitting alone.</summary>
    public Timeline Timeline { get; }

    /// <summary>The device's side.</summary>
    public RingConsumer Consumer { get; }

    /// <summary>The device, if one was given.</summary>
    public FenceDevice? Device { get; }

    /// <summary>Positions reserved and not retired.</summary>
    public long Outstanding
    {
        get
        {
            // Inside a section: a ring that goes meanwhile stays in memory until we have read it.
            Section.Enter();
            long outstanding = Timeline.IsFreed ? 0 : (long)RingRetire.Outstanding(_block->Timeline);
            Section.Exit();
            return outstanding;
        }
    }

    /// <summary>Does it take jobs?</summary>
    public bool IsRunning
    {
        get
        {
            Section.Enter();
            bool running = !Timeline.IsClosed && Atomic.LoadAcquire(ref _block->State) == (uint)RingState.Running;
            Section.Exit();
            return running;
        }
    }

    /// <summary>How it stands with its device. Any thread.</summary>
    public RingCondition Condition
    {
        get
        {
            Section.Enter();
            RingState state = Timeline.IsClosed ? RingState.Closed : (RingState)Atomic.LoadAcquire(ref _block->State);
            Section.Exit();
            return state switch
            {
                RingState.Running => Atomic.LoadAcquire(ref _suspect) != 0 ? RingCondition.Suspect : RingCondition.Running,
                RingState.Faulted => RingCondition.Faulted,
                RingState.Closed => RingCondition.Closed,
                _ => RingCondition.Resetting,
            };
        }
    }

    internal RingBlock* Block => _block;

    internal ref uint Suspect => ref _suspect;

    // By the watchdog alone: how often it was reset, and at which seqno last.
    internal int HangsInARow { get; set; }

    internal ulong LastHang { get; set; }

    internal int HangLimit { get; }

    // Everything is completed; under the ring's lock. From here on its memory may go.
    internal bool HasEnded { get; set; }

    /// <summary>
    /// Emits a job. The ring owns one reference of its fence, the caller gets another. Reserves everything before the first
    /// visible effect; refuses instead of waiting. No managed allocation; a system call only for a sleeping device or poller.
    /// </summary>
    /// <param name="command">The job.</param>
    /// <param name="fence">The caller's reference, to be disposed once; default unless emitted.</param>
    public EmitResult Emit(in RingCommand command, out FenceRef fence)
    {
        EmitResult result = EmitRoomy(command, 0, 2, null, out ulong handle);
        fence = new FenceRef(handle);
        return result;
    }

    /// <summary>As the other, with the exporter's data of this fence.</summary>
    /// <param name="command">The job.</param>
    /// <param name="privateData">Handed to the ops.</param>
    /// <param name="fence">The caller's reference.</param>
    public EmitResult Emit(in RingCommand command, nint privateData, out FenceRef fence)
    {
        EmitResult result = EmitRoomy(command, privateData, 2, null, out ulong handle);
        fence = new FenceRef(handle);
        return result;
    }

    /// <summary>Emits a job whose fence only the ring owns: the handle goes stale when it has been retired.</summary>
    /// <param name="command">The job.</param>
    /// <param name="fence">A weak handle.</param>
    public EmitResult EmitDetached(in RingCommand command, out Fence fence)
    {
        EmitResult result = EmitRoomy(command, 0, 1, null, out ulong handle);
        fence = new Fence(handle);
        return result;
    }

    /// <summary>
    /// Emits a job that goes to the device when all of <paramref name="inFences"/> have signaled, whether with or without an error. It has
    /// its position, seqno and fence at once, and jobs emitted behind it wait for their turn. The poller lets it go out: the native one also while the
    /// host collects garbage. Any thread; never blocks; no managed allocation. The first such job of a ring takes 64 bytes a position.
    /// </summary>
    /// <param name="inFences">At most <see cref="MostInFences"/>, of this ring's engine; those that have signaled already, or are gone, hold nothing up.</param>
    /// <param name="command">The job.</param>
    /// <param name="fence">The caller's reference, to be disposed once; default unless emitted.</param>
    /// <exception cref="ArgumentException">Too many in-fences, or one of another engine.</exception>
    /// <exception cref="InvalidOperationException">A handle is null.</exception>
    public EmitResult EmitWhen(ReadOnlySpan<Fence> inFences, in RingCommand command, out FenceRef fence)
    {
        RingWait wait = default;
        Section.Enter();
        bool isPrepared;
        try
        {
            Collect(inFences, ref wait);
            isPrepared = wait.Count == 0 || (!Timeline.IsFreed && RingFeed.TryPrepare(_block));
        }
        finally
        {
            Section.Exit();
        }

        fence = default;
        if (!isPrepared)
        {
            return Timeline.IsFreed ? EmitResult.Closed : EmitResult.NoMemory;
        }

        EmitResult result = EmitRoomy(command, 0, 2, wait.Count == 0 ? null : &wait, out ulong handle);
        fence = new FenceRef(handle);
        if (result == EmitResult.Emitted && wait.Count != 0)
        {
            CallPoller(ref wait);
        }

        return result;
    }

    /// <summary>Emits a position without a job and without a fence: one seqno is skipped.</summary>
    public EmitResult EmitNop()
    {
        Section.Enter();
        EmitResult result = Timeline.IsFreed ? EmitResult.Closed : RingEmit.EmitNop(_block);
        Section.Exit();
        return result;
    }

    /// <summary>
    /// Completes everything outstanding with an error once the device is known to be quiet; nothing new afterwards. Waits for
    /// the device and the poller.
    /// </summary>
    /// <param name="error">The error of the fences.</param>
    /// <returns>False when the device could not be brought to rest: then nothing was completed (C3).</returns>
    public bool Fail(FenceError error) => Teardown.FailRing(this, error);

    /// <summary>
    /// As <see cref="Fail"/>, but the ring goes on in memory that its device gives (<see cref="FenceDevice.TryGiveMemory"/>); without any it is closed. Without an
    /// error what is outstanding is kept, with its fences, and run again by the device: for jobs that are innocent of a reset and do no harm twice.
    /// Any thread but the poller, outside sections and callbacks.
    /// </summary>
    /// <param name="error">The error of the fences, or <see cref="FenceError.None"/>.</param>
    /// <returns>True when the ring runs again.</returns>
    public bool Recover(FenceError error) => RingRecovery.Recover(this, error);

    /// <summary>Closes the ring: as <see cref="Fail"/> with −ENOENT.</summary>
    public void Dispose() => Timeline.Close();

    // Those that are pending now. Inside a section: the timeline of a pending fence stays.
    private void Collect(ReadOnlySpan<Fence> inFences, ref RingWait wait)
    {
        fixed (RingWait* w = &wait)
        {
            foreach (Fence inFence in inFences)
            {
                if (inFence.IsSignaled)
                {
                    continue;
                }

                if (inFence.Slot->Timeline->Engine != _block->Engine)
                {
                    throw new ArgumentException($"In-fence seqno {inFence.Seqno} of context {inFence.Context} belongs to another engine: its poller does not feed this ring. Emit the job from a callback of that fence.", nameof(inFences));
                }

                if (wait.Count == RingWait.MaxFences)
                {
                    throw new ArgumentException($"A job waits for at most {RingWait.MaxFences} fences: emit one before it that waits for the others.", nameof(inFences));
                }

                RingWait.FenceOf(w, (int)wait.Count++) = inFence.Value;
            }
        }
    }

    // A poller that sleeps must hear of in-fences that it does not signal itself. Without a node it looks when its park ends.
    private void CallPoller(ref RingWait wait)
    {
        PollerWake* poller = _block->Wake;
        fixed (RingWait* w = &wait)
        {
            for (int i = 0; i < (int)wait.Count; i++)
            {
                Fence inFence = Fence.FromValue(RingWait.FenceOf(w, i));
                if ((Atomic.LoadAcquire(ref inFence.Slot->Flags) & FenceFlags.OnRing) == 0)
                {
                    inFence.Add(NodeKind.Poller, 0, (nint)(&poller->Asleep), null, out _);
                }
            }
        }

        RingDoorbell.WakePoller(_block);
    }

    private EmitResult EmitRoomy(in RingCommand command, nint data, uint references, RingWait* wait, out ulong handle)
    {
        EmitResult result = EmitCore(command, data, references, wait, out handle);
        return result == EmitResult.NoMemory && AtBound.TryMakeRoom(Exporter.Engine.Block)
            ? EmitCore(command, data, references, wait, out handle)
            : result;
    }

    private EmitResult EmitCore(in RingCommand command, nint data, uint references, RingWait* wait, out ulong handle)
    {
        handle = 0;
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null)
        {
            return EmitResult.NoMemory;
        }

        // A stopped emitter is inside a section: its ring stays in memory until it comes back or its thread has ended.
        Reader.Enter(Domain.Process, reader);
        EmitResult result = EmitResult.Closed;
        if (!Timeline.IsFreed)
        {
            ThreadCache* cache = Registry.CacheOf(&_block->Engine->Pools);
            result = cache == null
                ? EmitResult.NoMemory
                : RingEmit.Emit(cache, _block, command, data, references, wait, out handle);
        }

        Reader.Exit(reader);
        return result;
    }
}
