using FastFence.Fences;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>Two signallers and a reader: one wins whole, and its results are seen with the signal (C1, C14).</summary>
internal sealed class SignalOnce : ModelCase
{
    private readonly SignalResult[] _results = new SignalResult[2];
    private Fence _fence;

    public override string Title => "two signallers, one reader";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SIGNAL-CLOSE", WeakenKind.Relaxed),
        new("SIGNAL-CLOSE", WeakenKind.Torn),
        new("IS-SIGNALED", WeakenKind.Relaxed),
    ];

    public override void SetUp() => _fence = World.NewFence(references: 2);

    public override unsafe void Body(int thread)
    {
        if (thread < 2)
        {
            Atomics.Atomic.StorePlain(ref World.Word(0), 1);

            // One of them knows where the fence stands, and exchanges before it has looked.
            ulong place = thread == 0 ? FencePlace.Of(World.Timeline, 1) : 0;
            _results[thread] = FenceSignal.SignalOn(ref Reclamation.Registry.Current, _fence.Value, place, (uint)thread + 5, 64 * (thread + 1000));
            return;
        }

        if (_fence.IsSignaled)
        {
            Require(Atomics.Atomic.LoadPlain(ref World.Word(0)) == 1, "signaled is seen without the signaller's results");
        }
    }

    public override unsafe void End()
    {
        int winner = _results[0] == SignalResult.Signaled ? 0 : 1;
        Require(_results[winner] == SignalResult.Signaled && _results[1 - winner] != SignalResult.Signaled, "not exactly one winner");
        ulong head = _fence.Slot->Head;
        Require(HeadWord.ClosedError(head) == (uint)winner + 5 && HeadWord.Units(head) == (ulong)winner + 1000, "error and time are not both the winner's");
        Require(HeadWord.IsQuiesced(head) && World.Timeline->Completed == 1, "the fence is not done");
    }
}
