using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 34: a producer stands still between reserving a position and publishing it. Others go on, and when it comes back it is told.</summary>
internal static unsafe class StoppedProducer
{
    internal static void Play(ScenarioStage on, ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        RingBlock* ring = on.Steady.Block;
        Section.Enter();
        uint index = FenceLife.Reserve(Registry.CacheOf(&on.Engine.Block->Pools));
        Section.Exit();
        ulong position = Interlocked.Increment(ref ring->Timeline->LastSeqno);
        on.Emit(on.Steady, 8, EndSet.Signaled); // behind the hole
        on.Emit(on.Innocent, 8, EndSet.Signaled);
        on.Book.End(row);

        Section.Enter();
        EmitResult result = RingEmit.Finish(Registry.CacheOf(&on.Engine.Block->Pools), ring, index, position, default, 0, 2, null, out _);
        Section.Exit();
        tally.Count("not-given-up", result == EmitResult.GivenUp && !tally.Breaks("not-given-up") ? 0 : 1, $"a producer that came back was told {result}");
        on.Probe(row);
    }
}
