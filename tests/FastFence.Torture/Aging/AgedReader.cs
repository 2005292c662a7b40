using FastFence.Memory;
using FastFence.Platform;
using FastFence.Tool.Runs;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Aging;

/// <summary>Kinds of violation that a reader of aged objects can see.</summary>
internal static class AgeKinds
{
    /// <summary>An object that a whole grace period has passed since its removal.</summary>
    internal const string Stale = "stale-age";

    /// <summary>Poison where the object should be.</summary>
    internal const string Poison = "poison-read";

    /// <summary>Another life of the object at the end of the section than at its beginning.</summary>
    internal const string Reused = "reused-object";
}

/// <summary>One reader. Takes the current object, stays a while, and judges what it still finds.</summary>
internal sealed class AgedReader(RunContext run, AgedObjects objects, int number, string workload)
{
    private RunRandom _random = new(run.Options.Seed, 100 + number);

    /// <summary>The thread's body: sections of every shape, or none of them with <c>--unsafe</c>.</summary>
    internal void RunCasual(Action endRound)
    {
        Begin();
        while (!run.IsStopped)
        {
            for (int i = 0; i < 64; i++)
            {
                ReadOnce();
            }

            endRound();
        }
    }

    /// <summary>The same as an online reader, who reports a quiescent state when it holds nothing.</summary>
    internal void RunOnline(Action endRound)
    {
        Begin();
        using OnlineReader? online = run.Options.Unsafe ? null : OnlineReader.Register();
        while (!run.IsStopped)
        {
            for (int i = 0; i < 64; i++)
            {
                Read(shaken: false);
                online?.ReportQuiescentState();
            }

            if (_random.Next(16) == 0)
            {
                online?.GoOffline();
                Thread.Sleep(1);
                online?.GoOnline();
            }

            endRound();
        }
    }

    /// <summary>
    /// For <c>--break</c>: takes the current object, leaves the section, waits for what the section would have held up, and reads
    /// then. Through the same detector.
    /// </summary>
    internal void RunLate(Func<AgedObjects, int, ulong, bool> isDue)
    {
        Begin();
        while (!run.IsStopped)
        {
            int index = objects.Current;
            _ = ObjectArena.IsOf(objects.Arena.Read(index, 0), index, out ulong life);
            if (RunContext.Until(() => run.IsStopped || isDue(objects, index, life), TimeSpan.FromSeconds(30)) && !run.IsStopped)
            {
                Judge(index, life);
            }
        }
    }

    private void Begin() => objects.Board.ThreadId(number) = CurrentThread.Id;

    private void ReadOnce()
    {
        if (run.Options.Unsafe)
        {
            Read(shaken: true);
            return;
        }

        switch (_random.Next(4))
        {
            case 0:
                Enclosed action = new() { Reader = this };
                Access.Run(ref action);
                break;
            case 1:
                Nested();
                break;
            default:
                AccessToken token = default;
                using (AccessSection.Begin(ref token))
                {
                    Read(shaken: true);
                }

                break;
        }
    }

    // The inner section's end must not end the outer one.
    private void Nested()
    {
        AccessToken outer = default;
        using AccessSection first = AccessSection.Begin(ref outer);
        int index = objects.Current;
        ulong word = objects.Arena.Read(index, 0);
        AccessToken inner = default;
        AccessSection second = AccessSection.Begin(ref inner);
        Read(shaken: false);
        second.Dispose();
        RunContext.Dwell(ref _random);
        Enter(index);
        if (IsSound(index, word, out ulong life))
        {
            Judge(index, life);
        }

        Leave();
    }

    private void Read(bool shaken)
    {
        int index = objects.Current;
        Enter(index);
        ulong word = objects.Arena.Read(index, _random.Next(objects.Arena.Words));
        if (IsSound(index, word, out ulong life))
        {
            if (shaken)
            {
                RunContext.Dwell(ref _random);
            }

            Judge(index, life);
        }

        Leave();
    }

    // The age comes last: nothing of the section may lie behind it.
    private void Judge(int index, ulong life)
    {
        ulong word = objects.Arena.Read(index, _random.Next(objects.Arena.Words));
        bool isObject = IsSound(index, word, out ulong now);
        long age = Math.Clamp(Volatile.Read(ref objects.Board.Age(index)), 0, AgeBoard.Freed);
        ref long seen = ref objects.Board.Seen(number, age);
        Volatile.Write(ref seen, seen + 1);
        if (isObject && now != life)
        {
            run.Ledger.Report(AgeKinds.Reused, workload, $"object {index}: life {life} at the beginning, {now} at the end", age);
        }

        if (age > 1)
        {
            run.Ledger.Report(AgeKinds.Stale, workload, $"object {index} of life {life}", age, isObject ? null : word);
        }
    }

    private bool IsSound(int index, ulong word, out ulong life)
    {
        bool isObject = ObjectArena.IsOf(word, index, out life);
        if (!isObject)
        {
            string found = word == Poison.Pattern ? "poison" : "a foreign word";
            run.Ledger.Report(AgeKinds.Poison, workload, $"object {index}: {found} where it should be", Volatile.Read(ref objects.Board.Age(index)), word);
        }

        return isObject;
    }

    private void Enter(int index) => Volatile.Write(ref objects.Board.Reading(number), index + 1);

    private void Leave() => Volatile.Write(ref objects.Board.Reading(number), 0);

    private struct Enclosed : IAccessAction
    {
        internal AgedReader Reader;

        public readonly void Invoke(scoped AccessView view) => Reader.Read(shaken: true);
    }
}
