using FastFence.Fences;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>A thread stages a slot and dies while a reclaimer looks for caches it may finish: not this one.</summary>
internal sealed unsafe class Orphan : ModelCase
{
    public override string Title => "stage a slot and die; finish what the dead have left empty";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("ORPHAN-MARK", WeakenKind.Relaxed),
        new("ORPHAN-FINISH", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
    }

    public override void Body(int thread)
    {
        ThreadCache* dead = World.Cache(0);
        if (thread == 0)
        {
            SlotCache.Defer<FenceKind>(dead, &dead->Fences, &dead->Pools->Fences, 11);
            Registry.Orphan(dead);
        }
        else
        {
            Reclaimer.FinishOrphans(World.Cache(1));
        }
    }

    public override void End() =>
        Require(World.Cache(0)->Orphaned == 1, "the cache was finished with a slot in its bag");
}
