using System.Collections.Concurrent;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 26: the poller retires while observers poll the same fences; callbacks of the ring run in seqno order all the same.</summary>
internal static class CallbackOrder
{
    private const int Jobs = 200;

    internal static void Play(ScenarioStage on, ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        ConcurrentQueue<ulong> seen = [];
        FenceRef[] fences = new FenceRef[Jobs];
        using Timeline timeline = on.Engine.CreateTimeline("gate");
        FenceSource gate = timeline.CreateFence();
        for (int i = 0; i < Jobs; i++)
        {
            // Held back: every callback is there before the first job is done.
            Emit(on.Steady, gate.Fence, out fences[i]);
            fences[i].Fence.AddCallback((f, _) => seen.Enqueue(f.Seqno), null, out _);
            on.Book.Enter(fences[i].Fence, EndSet.Signaled);
        }

        bool stop = false;
        Worker[] pollers = [.. Enumerable.Range(0, 2).Select(n => new Worker($"observer {n}", () => Observe(fences, ref stop)))];
        Array.ForEach(pollers, static p => p.Start());
        gate.Signal();
        on.Book.End(row);
        Volatile.Write(ref stop, true);
        Array.ForEach(pollers, static p => p.Join());
        gate.Dispose();
        Array.ForEach(fences, static f => f.Dispose());
        ulong[] order = [.. seen];
        if (tally.Breaks("out-of-order"))
        {
            Array.Reverse(order);
        }

        tally.Count("out-of-order", order.Zip(order.Skip(1)).Count(static p => p.First >= p.Second), "callbacks of one ring");
        tally.Count("lost", order.Length == Jobs ? 0 : 1, "a callback that did not run once");
    }

    private static void Emit(FenceRing ring, Fence gate, out FenceRef fence)
    {
        while (ring.EmitWhen([gate], default, out fence) is var result && result != EmitResult.Emitted)
        {
            if (result == EmitResult.Closed)
            {
                throw new InvalidOperationException("The ring takes no job: it should go on after every fault.");
            }

            Thread.Yield();
        }
    }

    private static void Observe(FenceRef[] fences, ref bool stop)
    {
        while (!Volatile.Read(ref stop))
        {
            foreach (FenceRef fence in fences)
            {
                _ = fence.Fence.Poll();
                _ = fence.Fence.Wait(TimeSpan.Zero);
            }
        }
    }
}
