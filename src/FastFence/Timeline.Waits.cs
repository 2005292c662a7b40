using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Waiting;

namespace FastFence;

public sealed unsafe partial class Timeline
{
    /// <summary>
    /// Blocks until all fences up to a seqno are signaled, whether a fence of that seqno exists yet or not: the test is ≥ (C10). Success says nothing about
    /// how each fence ended. A timeline that is closed, and has signaled all it will, before it got there answers −ENOENT, within some 10 ms. The
    /// exporter's ops are not called: there may be no fence to call them for. Thread class: any, outside access sections; an
    /// online reader goes offline meanwhile. Allocates nothing managed. Cost: as a wait on a fence; a process-wide barrier (0.2 to 2 µs) for a
    /// waiter that lowers the smallest awaited seqno. Among many waiters of one timeline registering takes a step for each that waits for less.
    /// </summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> and <see cref="CompletedSeqno"/> count.</param>
    /// <param name="timeout">At least zero, or <see cref="Timeout.InfiniteTimeSpan"/>. Zero is a look.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InvalidOperationException">Inside an access section.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public WaitResult WaitFor(ulong seqno, TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitFor(seqno, WaitTerms.Of(timeout, WaitHint.Auto, cancellationToken));

    /// <summary>Blocks until all fences up to a seqno are signaled.</summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> counts.</param>
    public FenceStatus WaitFor(ulong seqno) => WaitFor(seqno, Timeout.InfiniteTimeSpan, CancellationToken.None).Status;

    /// <summary>The same with a say in what the thread does before it parks.</summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> counts.</param>
    /// <param name="timeout">At least zero, or infinite.</param>
    /// <param name="hint">Before parking.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public WaitResult WaitFor(ulong seqno, TimeSpan timeout, WaitHint hint, CancellationToken cancellationToken) =>
        WaitFor(seqno, WaitTerms.Of(timeout, hint, cancellationToken));

    /// <summary>The same on a clock of the caller's, for tests.</summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> counts.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the wait with an exception.</param>
    public WaitResult WaitFor(ulong seqno, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using WaitTerms terms = WaitTerms.Of(timeout, timeProvider, cancellationToken);
        return WaitFor(seqno, terms);
    }

    /// <summary>
    /// Completes when all fences up to a seqno are signaled; see <see cref="WaitFor(ulong, TimeSpan, CancellationToken)"/>. The signaller hands it to a
    /// thread of its own for such awaits, which queues the continuation: captured context, or thread pool. Await the result once.
    /// </summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> counts.</param>
    /// <param name="timeout">At least zero, or infinite.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative timeout.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public ValueTask<WaitResult> WaitForAsync(ulong seqno, TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitForAsync(seqno, AwaitTerms.Within(timeout, null, cancellationToken));

    /// <inheritdoc cref="WaitForAsync(ulong, TimeSpan, CancellationToken)"/>
    public ValueTask<WaitResult> WaitForAsync(ulong seqno) =>
        WaitForAsync(seqno, AwaitTerms.Until(FenceContinuation.Captured, CancellationToken.None));

    /// <summary>The same on a clock of the caller's, for tests.</summary>
    /// <param name="seqno">As <see cref="Fence.Seqno"/> counts.</param>
    /// <param name="timeout">In the provider's time.</param>
    /// <param name="timeProvider">Whose time counts.</param>
    /// <param name="cancellationToken">Ends the await with an exception.</param>
    public ValueTask<WaitResult> WaitForAsync(
        ulong seqno, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return WaitForAsync(seqno, AwaitTerms.Within(timeout, timeProvider, cancellationToken));
    }

    private WaitResult WaitFor(ulong seqno, in WaitTerms terms)
    {
        if (Checks.On && !terms.IsZero)
        {
            WaitChecks.Before(ClassOrNull());
        }

        if (Look(seqno) is { IsTimedOut: false } now)
        {
            return now;
        }

        terms.Token.ThrowIfCancellationRequested();
        if (terms.IsZero)
        {
            return WaitResult.TimedOut;
        }

        if (Section.IsInside())
        {
            Section.ThrowInside("A blocking wait");
        }

        WaitTerms started = terms.Started();
        ReaderRecord* reader = Registry.CurrentReader();
        bool online = Reader.TryLeave(reader); // never block while online: the reclaimers would wait for us
        ulong names = RecordStart(seqno);
        try
        {
            ValueTarget target = new(this, seqno);
            return Looking.Briefly(target, terms.Hint) ? Look(seqno) : ParkFor(seqno, target, started);
        }
        finally
        {
            if (online)
            {
                Reader.Return(Domain.Process, reader);
            }

            RecordEnd(seqno, names);
        }
    }

    // The timeline, and its names with it, may go while we wait: references on them stand for the second record.
    private ulong RecordStart(ulong seqno)
    {
        Section.Enter();
        ulong names = 0;
        EngineBlock* engine = Exporter.Engine.Block;
        ThreadCache* cache = IsFreed || Atomic.LoadPlain(ref engine->Pools.Recording) == 0 ? null : Registry.CacheOf(&engine->Pools);
        if (cache != null)
        {
            names = NameTable.Keep(Exporter.Block->DriverName, _name);
            FenceTrace.Wait(cache, RecordKind.FenceWaitStart, Context, seqno, names);
        }

        Section.Exit();
        return names;
    }

    private void RecordEnd(ulong seqno, ulong names)
    {
        if (names == 0)
        {
            return;
        }

        // Not by the block, which may have gone: the engine outlives whoever waits in it.
        Section.Enter();
        ThreadCache* cache = Exporter.Engine.IsDisposed ? null : Registry.CacheOf(&Exporter.Engine.Block->Pools);
        if (cache != null)
        {
            FenceTrace.Wait(cache, RecordKind.FenceWaitEnd, Context, seqno, names);
        }

        Section.Exit();
        NameTable.Release((uint)names);
        NameTable.Release((uint)(names >> 32));
    }

    private WaitResult ParkFor(ulong seqno, in ValueTarget target, in WaitTerms terms)
    {
        Section.Enter();
        ValueSeat seat = default;
        bool alive = !IsFreed;
        TimelineBlock* block = alive ? Use(mayGrow: true) : null;
        bool registered = block != null && ValueWait.TryRegister(block, seqno, NodeKind.ValueWaiter, (nint)WaiterWord.Armed, out seat);
        if (registered)
        {
            TimelineWaiters.Add(seat.Cache, block, seat.Node);
        }

        Section.Exit();
        if (registered)
        {
            return ValueWait.Park(seat, target, terms) ?? Look(seqno);
        }

        // Freed meanwhile: then it is known. Or no node to park on, at the bound.
        return !alive || Looking.Patiently(target, terms) ? Look(seqno) : WaitResult.TimedOut;
    }

    private string? ClassOrNull()
    {
        if (CheckedThread.Current.Held.Count == 0)
        {
            return null; // nothing held, so no order to note
        }

        Section.Enter();
        string? name = IsFreed ? null : References.ClassOf(Exporter.Block->DriverName, _name);
        Section.Exit();
        return name;
    }

    private ValueTask<WaitResult> WaitForAsync(ulong seqno, in AwaitTerms terms)
    {
        if (Checks.On && terms.Timeout != TimeSpan.Zero)
        {
            WaitChecks.BeforeAwait();
        }

        WaitResult now = Look(seqno);
        if (!now.IsTimedOut || terms.Timeout == TimeSpan.Zero)
        {
            return new ValueTask<WaitResult>(now);
        }

        if (terms.Token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<WaitResult>(terms.Token);
        }

        // Before the section: both take a short lock.
        AwaitTimers.Connect(Exporter.Engine.Block);
        AwaitSource source = AwaitSource.TakeForValue(out short version);
        Section.Enter();
        bool alive = !IsFreed;
        TimelineBlock* block = alive ? Use(mayGrow: true) : null;
        bool watching = block != null && source.TryWatch(block, seqno);
        Section.Exit();
        if (!watching)
        {
            source.Drop();
            return !alive || !Look(seqno).IsTimedOut
                ? new ValueTask<WaitResult>(Look(seqno))
                : throw new InsufficientMemoryException("No node for this await: the engine's bound is reached (MaxCallbacks).");
        }

        source.Arm(terms);
        return new ValueTask<WaitResult>(source, version);
    }

    // Reached, never to be reached, or (timed out) not to be said yet.
    private WaitResult Look(ulong seqno)
    {
        Section.Enter();
        bool freed = IsFreed;
        TimelineBlock* block = Seen;
        ulong completed = freed ? _final : Atomic.LoadAcquire(ref block->Completed);
        bool isOver = freed || (Atomic.LoadAcquire(ref block->Closed) == TimelineClosed.Yes && Atomic.LoadAcquire(ref block->LastSeqno) == completed);
        Section.Exit();
        return completed >= seqno ? new WaitResult(false, FenceStatus.Signaled)
            : isOver ? new WaitResult(false, FenceStatus.Failed(FenceError.TimelineClosed))
            : WaitResult.TimedOut;
    }

    private readonly struct ValueTarget(Timeline timeline, ulong seqno) : IWaitTarget
    {
        public bool IsMet => !timeline.Look(seqno).IsTimedOut;
    }
}
