// As in the kernel's rcutorture: one updater replaces the current object again and again; what it has removed grows older by
// one with every whole grace period, and is freed after many. A reader that is in a section can see the current object (age 0) or
// one that was removed while it read (age 1). From 2 on, a grace period has passed it by.
using FastFence.Platform;
using FastFence.Tool.Runs;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Aging;

/// <summary>The objects and their one updater.</summary>
internal sealed unsafe class AgedObjects : IDisposable
{
    private static readonly TimeSpan s_graceLimit = TimeSpan.FromSeconds(30);

    private readonly RunContext _run;
    private readonly Exporter? _exporter;
    private readonly Queue<int> _free = new();
    private readonly List<int> _removed = [];
    private long _current;
    private ulong _life;

    /// <summary>Objects on a board; with an exporter, some grace periods are waited for by its <see cref="Exporter.Retire"/>.</summary>
    internal AgedObjects(RunContext run, AgeBoard board, FreedAs freedAs, Exporter? exporter)
    {
        _run = run;
        _exporter = exporter;
        Board = board;
        Arena = new ObjectArena(freedAs);
        for (int i = 1; i < AgeBoard.Objects; i++)
        {
            board.Age(i) = AgeBoard.Freed;
            _free.Enqueue(i);
        }

        Arena.Fill(0, ++_life);
    }

    internal AgeBoard Board { get; }

    internal ObjectArena Arena { get; }

    /// <summary>The current object.</summary>
    internal int Current => (int)Volatile.Read(ref _current);

    /// <summary>One round of the updater: replace, let a grace period pass, let everything removed grow older. False: it did not pass in time.</summary>
    internal bool Update(ref RunRandom random)
    {
        if (_free.TryDequeue(out int next))
        {
            Arena.Fill(next, ++_life);
            Volatile.Write(ref Board.Age(next), 0);
            int old = (int)Interlocked.Exchange(ref _current, next);
            Volatile.Write(ref Board.Age(old), 1);
            _removed.Add(old);
        }

        if (!WaitForGrace(ref random))
        {
            return false;
        }

        _run.TickGraceClock();
        for (int i = _removed.Count - 1; i >= 0; i--)
        {
            int index = _removed[i];
            long age = Board.Age(index) + 1;
            Volatile.Write(ref Board.Age(index), age);
            if (age == AgeBoard.Freed)
            {
                Arena.Free(index);
                _free.Enqueue(index);
                _removed.RemoveAt(i);
            }
        }

        return true;
    }

    public void Dispose() => Arena.Dispose();

    // The three ways of the API.
    private bool WaitForGrace(ref RunRandom random)
    {
        uint way = random.Next(64);
        if (way == 0 && _exporter != null)
        {
            uint* done = stackalloc uint[1];
            *done = 0;
            nint flag = (nint)done;
            _exporter.Retire(flag, &SetFlag);
            while (Volatile.Read(ref *(uint*)flag) == 0)
            {
                Thread.Sleep(1); // the reclaimer writes into this frame: nothing else may end the wait
            }

            return true;
        }

        if (way < 32)
        {
            return GracePeriod.TrySynchronize(s_graceLimit);
        }

        GraceToken token = GracePeriod.Start();
        long deadline = MonotonicClock.After(s_graceLimit);
        while (!GracePeriod.Poll(token))
        {
            if (MonotonicClock.Nanoseconds >= deadline)
            {
                return false;
            }

            CurrentThread.Yield();
        }

        return true;
    }

    private static void SetFlag(nint flag) => Volatile.Write(ref *(uint*)flag, 1);
}
