namespace FastFence.Tool.Runs;

/// <summary>
/// A thread that does with handles what observers do: names, descriptions, callbacks, waits, references. It takes the newest
/// handles, so that most fences are pending, and meets stale ones too. Allocates nothing.
/// </summary>
internal sealed class Observer : IDisposable
{
    /// <summary>Far beyond any pause of the machine: a wait that takes so long is lost.</summary>
    private static readonly TimeSpan s_waitLimit = TimeSpan.FromSeconds(30);

    private readonly RunClock _clock;
    private readonly NameCheck _names;
    private readonly ViolationTally _tally;
    private readonly Mailbox[] _mailboxes;
    private readonly FenceRef[] _held = new FenceRef[64];
    private readonly Fence[] _signaled = new Fence[64];
    private RunRandom _random;
    private uint _turn;

    internal Observer(
        int number, ulong seed, RunClock clock, NameCheck names, ContextTable contexts, ViolationTally tally, Mailbox[] mailboxes)
    {
        _clock = clock;
        _names = names;
        _tally = tally;
        _mailboxes = mailboxes;
        _random = new RunRandom(seed, number);
        Callbacks = new ObservedCallbacks(contexts, tally, Counters);
    }

    internal WorkerCounters Counters { get; } = new();

    internal ObservedCallbacks Callbacks { get; }

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        while (!_clock.ObserversEnd)
        {
            if (_mailboxes[_turn++ % (uint)_mailboxes.Length].TryTake(out Fence fence))
            {
                Observe(fence);
            }
            else
            {
                Thread.Yield();
            }
        }

        foreach (FenceRef held in _held)
        {
            held.Dispose();
        }
    }

    public void Dispose() => Callbacks.Dispose();

    private void Observe(Fence fence)
    {
        // A wait takes as long as a fence does, a millisecond; everything else a microsecond or less.
        switch (_random.Next(64))
        {
            case < 24:
                ReadNames(fence);
                break;
            case < 32:
                _names.Describe(fence);
                WorkerCounters.Count(ref Counters.Describes);
                break;
            case < 54:
                Callbacks.Add(fence, removeOne: _random.Next(4) == 0);
                break;
            case < 63:
                Hold(fence);
                break;
            default:
                Wait(fence);
                break;
        }
    }

    private void ReadNames(Fence fence)
    {
        WorkerCounters.Count(ref Counters.Names);
        if (_names.Read(fence))
        {
            WorkerCounters.Count(ref Counters.NamesPending);
        }
    }

    private void Wait(Fence fence)
    {
        WaitResult result = fence.Wait(s_waitLimit);
        if (result.IsTimedOut)
        {
            _tally.Add(ViolationKind.WaitTimedOut);
            return;
        }

        WorkerCounters.Count(ref Counters.Waits);
        if (!result.Status.IsCompleted || !fence.IsSignaled)
        {
            _tally.Add(ViolationKind.WaitPending);
        }

        // Kept beyond the fence's life: signaled, later stale, never pending again.
        ref Fence old = ref _signaled[_random.Next((uint)_signaled.Length)];
        if (!old.IsNull && (!old.IsSignaled || old.Status.State == FenceState.Pending))
        {
            _tally.Add(ViolationKind.Unsignaled);
        }

        old = fence;
    }

    // A reference keeps the fence: a signaled one has its timestamp, and the handle never goes stale.
    private void Hold(Fence fence)
    {
        ref FenceRef place = ref _held[_random.Next((uint)_held.Length)];
        if (!place.IsNull)
        {
            FenceStatus status = place.Fence.Status;
            if (status.IsCompleted && (place.Fence.TimestampNanoseconds <= 0 || status.State == FenceState.Stale))
            {
                _tally.Add(ViolationKind.TimestampBroken);
            }

            place.Dispose();
            place = default;
        }

        if (fence.TryAcquire(out FenceRef reference))
        {
            place = reference;
        }
    }
}
