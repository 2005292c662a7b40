using FastFence.Tool.Runs;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 27: a callback disposes its own ring, its timeline, its engine.</summary>
internal static class TeardownInside
{
    private const long LongNanoseconds = 10_000_000_000;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    internal static void Play(ScenarioStage on, ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        using (FenceRing ring = on.Ring("ends itself", 1, TimeSpan.FromSeconds(20)))
        using (Timeline gates = on.Engine.CreateTimeline("gate"))
        using (ManualResetEventSlim done = new())
        {
            FenceSource gate = gates.CreateFence();
            FenceRef first = EmitBehind(ring, gate.Fence); // not before its callback is there
            first.Fence.AddCallback((_, _) => End(ring.Dispose, done), null, out _);
            on.Book.Enter(first, EndSet.Signaled);
            on.Book.Emit(ring, new RingCommand { DurationNanoseconds = LongNanoseconds }, EndSet.Closed);
            gate.Signal();
            on.Book.End(row);
            gate.Dispose();
            tally.Count("lost", done.Wait(s_limit) ? 0 : 1, "a callback that ended its ring has not returned");
        }

        using (Timeline timeline = on.Engine.CreateTimeline("ends itself"))
        using (ManualResetEventSlim done = new())
        {
            FenceSource first = timeline.CreateFence();
            FenceSource second = timeline.CreateFence();
            first.Fence.AddCallback((_, _) => End(() => timeline.Close(), done), null, out _);
            on.Book.Enter(first.Fence, EndSet.Signaled);
            on.Book.Enter(second.Fence, EndSet.Closed);
            first.Signal();
            on.Book.End(row);
            tally.Count("lost", done.Wait(s_limit) ? 0 : 1, "a callback that ended its timeline has not returned");
            first.Dispose();
            second.Dispose();
        }

        EndEngine(tally);
    }

    // From the dispatcher: the engine's own thread.
    private static void EndEngine(ScenarioTally tally)
    {
        using FenceEngine engine = new();
        using ManualResetEventSlim done = new();
        FenceSource source = engine.CreateTimeline("engine", new TimelineOptions { Executor = CallbackExecutor.Dispatcher }).CreateFence();
        source.Fence.AddCallback((_, _) => End(engine.Dispose, done), null, out _);
        source.Signal();
        tally.Count("lost", done.Wait(s_limit) ? 0 : 1, "a callback that ended its engine has not returned");
    }

    private static FenceRef EmitBehind(FenceRing ring, Fence gate) => ring.EmitWhen([gate], default, out FenceRef fence) == EmitResult.Emitted
        ? fence
        : throw new InvalidOperationException("A new ring takes no job.");

    private static void End(Action end, ManualResetEventSlim done)
    {
        end();
        done.Set();
    }
}
