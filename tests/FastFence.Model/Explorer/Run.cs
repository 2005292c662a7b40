// One execution: model threads of which one moves at a time. Every access of a word that two threads use is a place where
// another one may go on.
using System.Diagnostics.CodeAnalysis;
using FastFence.Model.Twins;

namespace FastFence.Model.Explorer;

/// <summary>How far one execution may stray from the tame one.</summary>
internal readonly record struct Bounds(int Preemptions, int StaleReads, int Steps, int TimeOuts);

[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Lives as long as the process.")]
internal sealed partial class Run
{
    private readonly WeakMemory _memory = new();
    private readonly Races _races = new();
    private readonly HashSet<nint> _shared = [];
    private readonly Dictionary<nint, int> _firstUser = [];
    private readonly List<nint> _newlyShared = [];
    private readonly Dictionary<(int Thread, nint Address), ulong> _lastLoaded = [];
    private readonly SemaphoreSlim _over = new(0);
    private readonly Worker[] _workers;
    private Bounds _left;
    private bool _stopping;
    private long _clock;

    [ThreadStatic]
    private static int t_thread; // number + 1

    public Run(Worker[] workers) => _workers = workers;

    /// <summary>Is the calling thread one of an execution?</summary>
    public static bool IsModelThread => t_thread != 0;

    /// <summary>The only one: executions follow each other.</summary>
    [SuppressMessage("Usage", "CA2211:Non-constant fields should not be visible", Justification = "Read at every access.")]
    [AllowNull]
    public static Run Current { get; set; }

    /// <summary>What to weaken, for twins.</summary>
    public Weakening? Weakening { get; set; }

    public Choices Choices { get; } = new();

    /// <summary>Lines of the execution, when somebody wants them.</summary>
    public List<string>? Trace { get; set; }

    /// <summary>What went wrong in the last execution.</summary>
    public string? Failure { get; private set; }

    /// <summary>How often the weakened access was met in the last execution.</summary>
    public int Weakened { get; private set; }

    private static int Me => t_thread - 1;

    /// <summary>Forgets which words are shared: another case begins.</summary>
    public void Forget()
    {
        _shared.Clear();
        _firstUser.Clear();
        _newlyShared.Clear();
    }

    /// <summary>Runs the threads to their ends.</summary>
    public void Execute(int threads, Bounds bounds, Action<int> body)
    {
        _memory.Reset();
        _races.Reset();
        _lastLoaded.Clear();
        _left = bounds;
        _stopping = false;
        _clock = 1_000_000;
        Failure = null;
        Weakened = 0;
        for (int i = 0; i < threads; i++)
        {
            int thread = i;
            _workers[i].Prepare(() => Body(thread, body));
        }

        for (int i = threads; i < _workers.Length; i++)
        {
            _workers[i].Finished = true;
        }

        _workers[Choices.Next(threads, even: true)].Give();
        _over.Wait();
    }

    /// <summary>
    /// Takes note of words that proved to be shared: from now on threads may be interrupted there. True when there were any: a
    /// search in depth begins anew.
    /// </summary>
    public bool LearnShared()
    {
        bool grew = _newlyShared.Count != 0;
        _shared.UnionWith(_newlyShared);
        _newlyShared.Clear();
        return grew;
    }

    /// <summary>Ends the execution as failed.</summary>
    [DoesNotReturn]
    public void Fail(string message)
    {
        Failure ??= message;
        Trace?.Add($"T{Me}  ** {message}");
        _stopping = true;
        throw new ModelStop();
    }

    /// <summary>Monotonic ns of the model: a microsecond passes with every look.</summary>
    public long Tick() => _clock += 1_000;

    /// <summary>Lets others go first: a hint at first, so that a short spin costs no preemption, then in earnest.</summary>
    public void Yield()
    {
        Point(0);
        Worker me = _workers[Me];
        if (++me.Yields % 4 != 0)
        {
            return;
        }

        me.Yielded = true;
        SwitchAway(me);
        me.Yielded = false;
    }

    private void Body(int thread, Action<int> body)
    {
        t_thread = thread + 1;
        try
        {
            if (!_stopping)
            {
                body(thread);
            }
        }
        catch (ModelStop)
        {
        }
#pragma warning disable CA1031 // whatever the engine throws here is a finding
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure ??= $"T{thread} threw {e.GetType().Name}: {e.Message}";
            _stopping = true;
        }
        finally
        {
            t_thread = 0;
        }

        _workers[thread].Finished = true;
        Leave(thread);
    }

    // The last act of a thread in an execution: somebody else gets the baton, or all is over.
    private void Leave(int thread)
    {
        if (!_stopping)
        {
            int next = PickOther(thread, free: true);
            if (next >= 0)
            {
                _workers[next].Give();
                return;
            }

            if (Array.Exists(_workers, w => !w.Finished))
            {
                Failure ??= Sleepers();
                Trace?.Add($"    ** {Failure}");
                _stopping = true;
            }
        }

        int left = Array.FindIndex(_workers, w => !w.Finished);
        if (left >= 0)
        {
            _workers[left].Give();
        }
        else
        {
            _over.Release();
        }
    }

    private string Sleepers() => "all that is left sleeps for ever: "
        + string.Join(", ", _workers.Where(w => !w.Finished).Select(w => $"T{w.Index} on {Names.Of(w.SleepsOn)}"));

    // Before an access: may another thread go first?
    private void Point(nint address)
    {
        Step();
        Worker me = _workers[Me];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i].Yielded &= i == me.Index;
        }

        if ((address != 0 && !IsShared(address, me.Index)) || _left.Preemptions == 0)
        {
            return;
        }

        int others = Count(me.Index);
        if (others == 0)
        {
            return;
        }

        int choice = Choices.Next(others + 1);
        if (choice != 0)
        {
            _left = _left with { Preemptions = _left.Preemptions - 1 };
            SwitchTo(me, Nth(me.Index, choice - 1));
        }
    }

    private void Step()
    {
        if (_stopping)
        {
            throw new ModelStop();
        }

        _left = _left with { Steps = _left.Steps - 1 };
        if (_left.Steps == 0)
        {
            Fail("no end in sight: a thread spins for ever");
        }
    }

    private void SwitchAway(Worker me)
    {
        int next = PickOther(me.Index, free: true);
        if (next >= 0)
        {
            SwitchTo(me, next);
        }
        else if (me.SleepsOn != 0)
        {
            Fail(Sleepers());
        }
    }

    private void SwitchTo(Worker me, int next)
    {
        _workers[next].Give();
        me.Await();
        if (_stopping)
        {
            throw new ModelStop();
        }
    }

    // Somebody to go on although nobody was interrupted: that costs no preemption.
    private int PickOther(int me, bool free)
    {
        int others = Count(me);
        if (others == 0)
        {
            foreach (Worker worker in _workers)
            {
                worker.Yielded &= worker.Index == me;
            }

            others = Count(me);
        }

        return others == 0 ? -1 : Nth(me, others == 1 ? 0 : Choices.Next(others, even: free));
    }

    private int Count(int me)
    {
        int n = 0;
        foreach (Worker worker in _workers)
        {
            n += IsCandidate(worker, me) ? 1 : 0;
        }

        return n;
    }

    private int Nth(int me, int n)
    {
        foreach (Worker worker in _workers)
        {
            if (IsCandidate(worker, me) && n-- == 0)
            {
                if (worker.SleepsOn != 0)
                {
                    _left = _left with { TimeOuts = _left.TimeOuts - 1 };
                    worker.SleepsOn = 0;
                    worker.TimedOut = true;
                    _clock += 3_600_000_000_000;
                }

                return worker.Index;
            }
        }

        return -1;
    }

    // A sleeper may be chosen where its deadline may come.
    private bool IsCandidate(Worker worker, int me) =>
        worker.Index != me && !worker.Finished && !worker.Yielded && (worker.SleepsOn == 0 || _left.TimeOuts > 0);

    private bool IsShared(nint address, int thread)
    {
        if (_shared.Contains(address))
        {
            return true;
        }

        if (!_firstUser.TryGetValue(address, out int first))
        {
            _firstUser.Add(address, thread);
        }
        else if (first != thread)
        {
            _newlyShared.Add(address);
        }

        return false;
    }
}
