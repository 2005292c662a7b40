using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;

namespace FastFence.Model.Cases;

/// <summary>Two threads use a timeline for the first time while a third closes it: they come to one block, filled, or it is closed unused.</summary>
internal sealed unsafe class FirstUse : ModelCase
{
    private readonly nint[] _seen = new nint[3];
    private nint[] _own = [];

    public override string Title => "use a timeline for the first time, twice; close it";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("TIMELINE-OWN", WeakenKind.Relaxed),
        new("TIMELINE-OWN", WeakenKind.Torn),
        new("TIMELINE-LOOK", WeakenKind.Relaxed),
    ];

    private static ref nint Place => ref *(nint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref World.Word(0));

    public override void SetUp()
    {
        _own = [(nint)World.NewTimeline(), (nint)World.NewTimeline()];
        Place = UnusedTimeline.Open;
        Names.Set(ref Place, "the timeline's block");
        Names.Set(ref World.Word(1), "content of block 0");
        Names.Set(ref World.Word(2), "content of block 1");
    }

    public override void Body(int thread)
    {
        if (thread == 2)
        {
            _seen[2] = UnusedTimeline.TryClose(ref Place) ? 0 : (nint)UnusedTimeline.At(ref Place);
            return;
        }

        // The words stand for what is in a block: it is written before the block is known, and read by whoever finds it.
        Run.Current.WriteData(ref World.Word(1 + thread), 1);
        TimelineBlock* block = UnusedTimeline.At(ref Place);
        if (UnusedTimeline.Is(block))
        {
            block = UnusedTimeline.TryUse(ref Place, (TimelineBlock*)_own[thread]) ? (TimelineBlock*)_own[thread] : UnusedTimeline.At(ref Place);
        }

        _seen[thread] = UnusedTimeline.Is(block) ? 0 : (nint)block;
        if (_seen[thread] != 0)
        {
            Require(Run.Current.ReadData(ref World.Word(1 + Array.IndexOf(_own, _seen[thread]))) == 1, "a block is used before it is filled");
        }
    }

    public override void End() =>
        Require(_seen[0] == _seen[1] && _seen[1] == _seen[2], $"the first users and the closer see {_seen[0]:x}, {_seen[1]:x} and {_seen[2]:x}");
}
