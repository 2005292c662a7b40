// Many executions of one case: first by chance, then in depth up to a bound on preemptions and stale reads, until one fails
// or the budget is used. A failing one is run again from its schedule, with a trace.
using System.Diagnostics;
using FastFence.Model.Cases;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Explorer;

/// <summary>What an exploration came to.</summary>
/// <param name="Executions">How many were run.</param>
/// <param name="Complete">The search in depth ended by itself: every execution within its bounds was seen.</param>
/// <param name="Failure">What the first failing one did wrong; null = none failed.</param>
/// <param name="Weakened">How often the twin's access was met; 0 means that the case does not reach it.</param>
/// <param name="Trace">Its steps.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record Outcome(
    int Executions, bool Complete, string? Failure, long Weakened, IReadOnlyList<string> Trace, long Milliseconds)
{
    public string Story => $"{Failure}{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", Trace)}";
}

/// <summary>Runs cases, one at a time, on threads of its own.</summary>
internal static class Exploration
{
    private const int ByChance = 1500;
    private const int InDepth = 2500;
    private const int StepLimit = 3000;

    private static readonly Lock s_gate = new();
    private static readonly Worker[] s_workers = [.. Enumerable.Range(0, Clocks.MaxThreads - 1).Select(i => new Worker(i))];
    private static readonly Worker s_explorer = new(Clocks.MaxThreads);
    private static Snapshot? s_world;

    /// <summary>Explores a case, or a twin of it.</summary>
    /// <param name="subject">The case.</param>
    /// <param name="weakening">Null for the code as it is.</param>
    public static Outcome Of(ModelCase subject, Weakening? weakening = null)
    {
        lock (s_gate)
        {
            Outcome? outcome = null;
            s_explorer.Do(() => outcome = Explore(subject, weakening));
            return outcome!;
        }
    }

    private static Outcome Explore(ModelCase subject, Weakening? weakening)
    {
        Stopwatch watch = Stopwatch.StartNew();
        if (s_world is null)
        {
            World.Create(s_workers);
            Run.Current = new Run(s_workers);
            s_world = Snapshot.Take(sparePages: 3);
        }

        s_world.RestoreAll();
        Names.Clear();
        subject.SetUp();
        Snapshot start = Snapshot.Take(sparePages: 3);
        Run run = Run.Current;
        run.Forget();
        run.Weakening = weakening;
        int executions = 0;
        long weakened = 0;
        bool complete = false;
        string? failure = null;
        Random random = new(12345);
        Bounds wild = new(40, 12, StepLimit, subject.TimeOuts);
        for (; executions < ByChance && failure is null; executions++)
        {
            run.Choices.BeginRandom(random, 1.0 / (2 << (executions % 5)));
            Once(subject, run, start, wild, out failure);
            _ = failure is null && run.LearnShared();
            weakened += run.Weakened;
        }

        Bounds bounds = wild;
        if (failure is null)
        {
            bounds = new Bounds(2, 1, StepLimit, subject.TimeOuts);
            failure = Search(subject, run, start, bounds, ref executions, ref weakened, out complete);
        }

        IReadOnlyList<string> trace = failure is null ? [] : Replay(subject, run, start, bounds, failure);
        start.Verify();
        s_world.RestoreAll();
        return new Outcome(executions, complete, failure, weakened, trace, watch.ElapsedMilliseconds);
    }

    private static string? Search(
        ModelCase subject, Run run, Snapshot start, Bounds bounds, ref int executions, ref long weakened, out bool complete)
    {
        complete = false;
        run.Choices.BeginSearch();
        for (int n = 0; n < InDepth; n++)
        {
            Once(subject, run, start, bounds, out string? failure);
            executions++;
            weakened += run.Weakened;
            if (failure is not null)
            {
                return failure;
            }

            if (run.LearnShared())
            {
                run.Choices.BeginSearch();
            }
            else if (!run.Choices.Continue())
            {
                complete = true;
                return null;
            }
        }

        return null;
    }

    private static List<string> Replay(ModelCase subject, Run run, Snapshot start, Bounds bounds, string failure)
    {
        IReadOnlyList<int> schedule = run.Choices.Schedule;
        List<string> trace = [$"schedule {string.Join('.', schedule)}"];
        run.Trace = trace;
        run.Choices.BeginReplay(schedule);
        Once(subject, run, start, bounds, out string? again);
        run.Trace = null;
        if (again != failure)
        {
            trace.Add($"(the replay came to something else: {again ?? "nothing"})");
        }

        return trace;
    }

    private static void Once(ModelCase subject, Run run, Snapshot start, Bounds bounds, out string? failure)
    {
        start.Restore();
        subject.Begin();
        run.Execute(subject.Threads, bounds, subject.Body);
        failure = run.Failure;
        if (failure is null)
        {
            try
            {
                subject.End();
            }
            catch (InvalidOperationException e)
            {
                failure = e.Message;
                run.Trace?.Add($"    ** {failure}");
            }
        }
    }
}
