using CsCheck;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// Random sequences of adding, removing, signaling and running over timelines with and without an executor, compared with a
/// sequential model: a queue a timeline, run when the executor is told to, fences in seqno order and each one's callbacks oldest first.
/// </summary>
public sealed unsafe class ExecutorModelTests : FenceTest
{
    private const int Timelines = 3; // the last one has no executor

    private static readonly List<int> s_ran = [];

    private sealed record Step(int Operation, int Which, int Argument);

    private sealed class Item(int timeline, FenceSource source)
    {
        public int Timeline => timeline;

        public FenceSource Source => source;

        public bool Promised { get; set; }

        public bool Closed { get; set; }

        public List<int> Callbacks { get; } = [];
    }

    private sealed class Model
    {
        public List<Item> Items { get; } = [];

        public List<int> Ran { get; } = [];

        // What each executor has been told and has not run.
        public Queue<Item>[] Queued { get; } = [new(), new()];

        public void Signal(Item item, bool wrong)
        {
            if (item.Promised)
            {
                return;
            }

            item.Promised = true;
            foreach (Item next in Items.Where(i => i.Timeline == item.Timeline).SkipWhile(i => i.Closed).TakeWhile(i => i.Promised))
            {
                next.Closed = true;
                if (next.Callbacks.Count == 0)
                {
                    continue;
                }

                if (item.Timeline == Timelines - 1 || wrong)
                {
                    Ran.AddRange(next.Callbacks);
                }
                else
                {
                    Queued[item.Timeline].Enqueue(next);
                }
            }
        }

        public void Run(int timeline)
        {
            while (Queued[timeline].TryDequeue(out Item? item))
            {
                Ran.AddRange(item.Callbacks);
            }
        }
    }

    private static readonly Gen<Step> s_step = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 40], Gen.Int[0, 40], (operation, which, argument) => new Step(operation, which, argument));

    [Fact]
    public void RandomOperationsWithExecutorsAgreeWithTheSequentialModel() =>
        s_step.Array[1, 60].Sample(steps => Play(steps, wrong: false), iter: 400, threads: 1);

    [Fact]
    public void AModelThatRunsInTheSignalIsCaught() => Assert.ThrowsAny<Exception>(() =>
        s_step.Array[1, 60].Sample(steps => Play(steps, wrong: true), iter: 400, threads: 1));

    private void Play(Step[] steps, bool wrong)
    {
        s_ran.Clear();
        Model model = new();
        using ManualExecutor first = new();
        using ManualExecutor second = new();
        ManualExecutor[] executors = [first, second];
        using Timeline one = Engine.CreateTimeline("one", new TimelineOptions { Executor = first });
        using Timeline two = Engine.CreateTimeline("two", new TimelineOptions { Executor = second });
        using Timeline inline = Engine.CreateTimeline("inline");
        Timeline[] timelines = [one, two, inline];
        List<(Item Item, int Number, CallbackRegistration Registration)> registrations = [];
        try
        {
            foreach (Step step in steps)
            {
                Take(step, model, timelines, executors, registrations, wrong);
                Assert.Equal(model.Ran, s_ran);
                Assert.Equal(model.Items.Select(item => item.Closed), model.Items.Select(item => item.Source.Fence.IsSignaled));
                Assert.Equal(
                    model.Items.Select(item => item.Closed && (item.Timeline == Timelines - 1 || !model.Queued[item.Timeline].Contains(item))),
                    model.Items.Select(item => item.Source.Fence.IsQuiesced));
            }
        }
        finally
        {
            model.Items.ForEach(item => item.Source.Signal());
            model.Items.ForEach(item => model.Signal(item, wrong));
            for (int i = 0; i < executors.Length; i++)
            {
                if (!wrong)
                {
                    Run(i, model, executors);
                }

                executors[i].RunOnAThread();
            }

            Race.Until(() => model.Items.TrueForAll(item => item.Source.Fence.IsQuiesced), "all have run");
            model.Items.ForEach(item => item.Source.Dispose());
        }

        Assert.Equal(model.Ran, s_ran);
        Race.Until(() => Statistics.FencesLive == 0, "the references of the runs are dropped");
        Assert.Equal(0, Statistics.CallbackNodesLive);
    }

    private static void Take(
        Step step,
        Model model,
        Timeline[] timelines,
        ManualExecutor[] executors,
        List<(Item Item, int Number, CallbackRegistration Registration)> registrations,
        bool wrong)
    {
        if (step.Operation < 2 || model.Items.Count == 0)
        {
            int timeline = step.Which % Timelines;
            model.Items.Add(new Item(timeline, timelines[timeline].CreateFence()));
            return;
        }

        Item item = model.Items[step.Which % model.Items.Count];
        switch (step.Operation)
        {
            case < 5:
                int number = registrations.Count;
                AddCallbackResult added = step.Argument % 2 == 0
                    ? item.Source.Fence.AddCallback(&Note, number, out CallbackRegistration registration)
                    : item.Source.Fence.AddCallback(s_note, number, out registration);
                Assert.Equal(item.Closed ? AddCallbackResult.AlreadySignaled : AddCallbackResult.Added, added);
                registrations.Add((item, number, registration));
                if (!item.Closed)
                {
                    item.Callbacks.Add(number);
                }

                break;
            case 5 when registrations.Count != 0:
                (Item of, int which, CallbackRegistration removed) = registrations[step.Argument % registrations.Count];
                Assert.Equal(!of.Closed && of.Callbacks.Remove(which), removed.Remove());
                break;
            case 6 or 7:
                model.Signal(item, wrong);
                item.Source.Signal();
                break;
            case 8 or 9:
                Run(step.Argument % executors.Length, model, executors);
                break;
            default:
                break;
        }
    }

    // What was queued while a batch waited comes with it or in a batch of its own: executed until nothing is left.
    private static void Run(int timeline, Model model, ManualExecutor[] executors)
    {
        List<Item> queued = [.. model.Queued[timeline]];
        model.Run(timeline);
        while (queued.Exists(item => !item.Source.Fence.IsQuiesced))
        {
            executors[timeline].Take().Execute();
        }
    }

    private static readonly Action<Fence, object?> s_note = static (_, state) => s_ran.Add((int)state!);

    private static void Note(Fence fence, nint number) => s_ran.Add((int)number);
}
