using FastFence.Platform;

namespace FastFence.Tool.Scenarios;

/// <summary>Every fence of a round: each must end once, be seen by its callback once, and end as its fault allows. One thread.</summary>
internal sealed class FenceBook(ScenarioTally tally)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly List<Entry> _entries = [];
    private readonly List<Entry> _former = [];

    /// <summary>Emits a job and enters its fence; while the ring is being reset it tries again.</summary>
    internal void Emit(FenceRing ring, in RingCommand command, EndSet allowed)
    {
        long deadline = MonotonicClock.After(s_limit);
        FenceRef fence;
        while (ring.Emit(command, out fence) is var result && result != EmitResult.Emitted)
        {
            if (result == EmitResult.Closed || MonotonicClock.Nanoseconds >= deadline)
            {
                throw new InvalidOperationException($"The ring takes no job ({result}, {ring.Condition}): it should go on after every fault.");
            }

            Thread.Yield();
        }

        Enter(fence, allowed);
    }

    /// <summary>Enters a fence that somebody holds.</summary>
    internal void Enter(Fence fence, EndSet allowed)
    {
        if (!fence.TryAcquire(out FenceRef own))
        {
            throw new InvalidOperationException("A fence that is held cannot be held once more.");
        }

        Enter(own, allowed);
    }

    /// <summary>Enters a fence, whose reference it takes over.</summary>
    internal void Enter(FenceRef fence, EndSet allowed)
    {
        Entry entry = new(fence, allowed);
        _entries.Add(entry);
        if (fence.Fence.AddCallback(static (f, state) => ((Entry)state!).Ran(f), entry, out _) != AddCallbackResult.Added)
        {
            entry.Ran(fence.Fence);
        }

        if (_entries.Count % 8 == 0)
        {
            entry.Await = AwaitAsync(fence.Fence);
        }
    }

    /// <summary>Waits for all, judges each, and lets them go.</summary>
    internal void End(ScenarioRow row)
    {
        foreach (Entry entry in _entries)
        {
            bool ended = !entry.Fence.Fence.Wait(s_limit).IsTimedOut;
            long deadline = MonotonicClock.After(s_limit);
            while (ended && (entry.Runs == 0 || entry.Await is { IsCompleted: false }) && MonotonicClock.Nanoseconds < deadline)
            {
                Thread.Yield();
            }

            FenceStatus status = entry.Fence.Fence.Status;
            row.Count(ended ? status : null);
            tally.Count("lost", ended && entry.Runs > 0 && entry.Await is not { IsCompleted: false } && !tally.Breaks("lost") ? 0 : 1);
            tally.Count("wrong-end", entry.Allows(tally.Breaks("wrong-end") ? FenceStatus.Failed(FenceError.EntityKilled) : status) ? 0 : 1, $"{row.Name}: {status} on {entry.Where}");
        }

        // Those of the round before have had time to end a second time.
        foreach (Entry entry in _former)
        {
            tally.Count("twice", entry.Runs > 1 || tally.Breaks("twice") ? 1 : 0);
        }

        _former.Clear();
        foreach (Entry entry in _entries)
        {
            entry.Fence.Dispose();
            _former.Add(entry);
        }

        _entries.Clear();
    }

    private static async Task AwaitAsync(Fence fence) => await fence;

    private sealed class Entry(FenceRef fence, EndSet allowed)
    {
        private readonly ulong _context = fence.Fence.Context;
        private readonly ulong _seqno = fence.Fence.Seqno;

        private int _runs;

        internal FenceRef Fence => fence;

        /// <summary>Context and seqno.</summary>
        internal string Where => $"context {_context} seqno {_seqno}";

        internal int Runs => Volatile.Read(ref _runs);

        internal Task? Await { get; set; }

        internal void Ran(Fence seen)
        {
            if (seen.IsSignaled)
            {
                Interlocked.Increment(ref _runs);
            }
        }

        internal bool Allows(FenceStatus status) => status == FenceStatus.Signaled ? allowed.HasFlag(EndSet.Signaled)
            : status == FenceStatus.Failed(FenceError.TimedOut) ? allowed.HasFlag(EndSet.TimedOut)
            : status == FenceStatus.Failed(FenceError.TimelineClosed) ? allowed.HasFlag(EndSet.Closed)
            : status == FenceStatus.Failed(FenceError.Canceled) ? allowed.HasFlag(EndSet.Canceled)
            : status == FenceStatus.Failed(FenceError.DeviceLost) && allowed.HasFlag(EndSet.Lost);
    }
}
