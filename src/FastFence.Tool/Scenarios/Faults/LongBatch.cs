namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 43: one ring has a million jobs done, others one each. A turn of the poller serves all of them, and of the long one its budget only.</summary>
internal static class LongBatch
{
    private const int Jobs = 1_000_000;
    private const int Others = 15;

    internal static void Play(ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        FenceRing longRing = engine.CreateRing("long", new RingOptions { Capacity = 1 << 20 });
        for (int i = 0; i < Jobs; i++)
        {
            if (longRing.EmitDetached(default, out _) != EmitResult.Emitted)
            {
                throw new InvalidOperationException("A ring of 2^20 positions does not take a million jobs.");
            }
        }

        longRing.Consumer.Complete(Jobs);
        FenceRing[] others = [.. Enumerable.Range(0, Others).Select(i => engine.CreateRing($"short {i}"))];
        FenceRef[] fences = new FenceRef[Others];
        for (int i = 0; i < Others; i++)
        {
            _ = others[i].Emit(default, out fences[i]);
            others[i].Consumer.Complete(1);
        }

        engine.Poller.DoWork();
        bool isServed = Array.TrueForAll(fences, static f => f.Fence.Status == FenceStatus.Signaled);
        tally.Count("starved", isServed && longRing.Outstanding > 0 && !tally.Breaks("starved") ? 0 : 1, $"after one turn: others served {isServed}, {longRing.Outstanding} left on the long ring");
        while (longRing.Outstanding != 0 && engine.Poller.DoWork() != 0)
        {
        }

        Array.ForEach(fences, f => row.Count(f.Fence.Status));
        Array.ForEach(fences, static f => f.Dispose());
        tally.Count("lost", engine.GetStatistics().FencesPending, "fences of the long ring");
    }
}
