using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Polling;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>A poller's set of rings is replaced under its turns: a turn finds the new set written, the former one lives to the turn's end.</summary>
internal sealed unsafe class RingSets : RingCase
{
    private RingSet* _new;

    public override string Title => "replace the rings, free the former set; two turns";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RING-SET", WeakenKind.Relaxed),
        new("RING-SET-READ", WeakenKind.Relaxed),
    ];

    // What is in a set is written and read without Atomic, as its users do: these words stand for the content.
    private static ref ulong Former => ref World.Word(0);

    private static ref ulong New => ref World.Word(1);

    public override void SetUp()
    {
        base.SetUp();
        _new = RingSet.TryMake([], []);
        Names.Set(ref Poller->Rings, "rings");
        Names.Set(ref Former, "the former set");
        Names.Set(ref New, "the new set");
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Turn();
            Turn();
            return;
        }

        Run.Current.WriteData(ref New, 1);
        RingSet.Replace(Poller, _new);
        ulong stamp = Domain.Stamp(World.Domain);
        if (Domain.Poll(World.Domain, null, stamp) || Domain.Poll(World.Domain, null, stamp))
        {
            Run.Current.WriteData(ref Former, 1);
        }
    }

    private void Turn()
    {
        // What a turn sees between its two quiescent states, and then a turn of the engine's own.
        Run.Current.ReadData(ref RingSet.Of(Poller) == _new ? ref New : ref Former);
        PollerCore.DoWork(Poller, World.Cache(PollerThread), 0);
    }
}
