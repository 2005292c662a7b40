// The engine's managed threads for callbacks and awaits, and what happens when the user's code blocks one: it is named and
// replaced (fault 38). The blocked thread keeps the timeline that it runs, whose order must hold, and ends when its callback returns;
// everything else is still in the queue.
using FastFence.Fences;

namespace FastFence.Polling;

/// <summary>One queue's present thread and those that it replaced. The housekeeper watches; whoever disposes the engine stops.</summary>
internal sealed unsafe class Dispatchers
{
    // Threads that blocked callbacks may hold at one time: each costs a stack.
    private const int MostBlocked = 64;

    private readonly EngineBlock* _engine;
    private readonly DispatcherRole _role;
    private readonly Lock _gate = new();
    private readonly List<DispatcherThread> _blocked = [];
    private DispatcherThread _present;
    private ulong _progressSeen;
    private long _rested;
    private bool _isNamed;
    private bool _stopped;

    /// <summary>Starts the first thread.</summary>
    /// <exception cref="InsufficientMemoryException">It can have no reader record or cache.</exception>
    public Dispatchers(EngineBlock* engine, DispatcherRole role)
    {
        _engine = engine;
        _role = role;
        _present = new DispatcherThread(engine, role);
    }

    /// <summary>Threads that were replaced since the engine's start.</summary>
    public int Replaced { get; private set; }

    /// <summary>
    /// Looks at the present thread after a tick; if it has rested inside foreign code for <paramref name="limit"/> of counted time, it is
    /// replaced. What to tell, else null. The housekeeper.
    /// </summary>
    public string? Watch(long tick, long limit)
    {
        lock (_gate)
        {
            _blocked.RemoveAll(static thread => thread.HasEnded);
            ulong progress = _present.Progress;
            bool rests = _present.IsInForeignCode && progress == _progressSeen;
            _progressSeen = progress;
            _rested = rests ? _rested + tick : 0;
            _isNamed &= rests;
            if (_rested < limit || _stopped || _isNamed)
            {
                return null;
            }

            _isNamed = true;
            string blocked = $"For {_rested / 1_000_000} ms {_present.Describe()}";
            if (_blocked.Count >= MostBlocked)
            {
                return $"{blocked}. {MostBlocked} threads are blocked so already: it is not replaced, and callbacks wait.";
            }

            return $"{blocked}; it is replaced, and the timeline waits for it. Callbacks must be quick: give the timeline an executor.{Replace()}";
        }
    }

    /// <summary>Lets all threads end when the queue is empty; false when one has not by <paramref name="deadline"/> (it is blocked, or the caller).</summary>
    public bool Stop(long deadline)
    {
        lock (_gate)
        {
            _stopped = true;
        }

        while (true)
        {
            // Again and again: one may announce its sleep after a wake.
            _present.Stop(atOnce: false);
            if (_present.IsCurrent || (_present.HasEnded && _blocked.TrueForAll(static thread => thread.HasEnded || thread.IsCurrent)))
            {
                return true;
            }

            if (Platform.MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            Platform.Nap.For(200_000);
        }
    }

    private string Replace()
    {
        try
        {
            DispatcherThread next = new(_engine, _role);
            _blocked.Add(_present);
            _present.Stop(atOnce: true);
            _present = next;
            _progressSeen = 0;
            _rested = 0;
            _isNamed = false;
            Replaced++;
            return string.Empty;
        }
        catch (InsufficientMemoryException e)
        {
            return $" No other thread could be had ({e.Message}), so callbacks wait.";
        }
    }
}
