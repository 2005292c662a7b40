using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>A thread stages and seals while the reclaimer takes from its bag: every slot is in one place.</summary>
internal sealed unsafe class Staged : ModelCase
{
    private Bag* _stolen;

    public override string Title => "stage two slots and seal; steal twice";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("STAGE-PUT", WeakenKind.Relaxed),
        new("STAGE-STEAL", WeakenKind.Relaxed),
        new("STAGE-SEAL", WeakenKind.Torn),
        new("STAGE-SEAL", WeakenKind.Relaxed, "being one step is what matters; the stamp that follows is a full exchange"),
    ];

    public override void SetUp()
    {
        World.Cache(0)->BagCapacity = 2;
        _stolen = PoolSet.TakeEmptyBag(World.Cache(1)->Pools);
    }

    public override void Body(int thread)
    {
        ThreadCache* owner = World.Cache(0);
        if (thread == 0)
        {
            SlotCache.Defer<FenceKind>(owner, &owner->Fences, &owner->Pools->Fences, 11);
            SlotCache.Defer<FenceKind>(owner, &owner->Fences, &owner->Pools->Fences, 12);
        }
        else
        {
            Staging.Steal(ref owner->Fences.Staging, _stolen);
            Staging.Steal(ref owner->Fences.Staging, _stolen);
        }
    }

    public override void End()
    {
        List<uint> all = [];
        for (uint i = 0; i < _stolen->Count; i++)
        {
            all.Add(_stolen->Items[i]);
        }

        for (uint reference = World.Cache(0)->Fences.Limbo.TakeAny(); reference != 0; reference = World.Cache(0)->Fences.Limbo.TakeAny())
        {
            Bag* bag = Bag.At(reference);
            for (uint i = bag->Start; i < bag->Count; i++)
            {
                all.Add(bag->Items[i]);
            }
        }

        all.Sort();
        Require(all is [11, 12], $"staged 11 and 12, found {string.Join(' ', all)}");
    }
}

/// <summary>The bag that the reclaimer looks at becomes another list's meanwhile: it takes nothing of that.</summary>
internal sealed unsafe class StagedAgain : ModelCase
{
    private const uint FenceSlot = 11;
    private const uint NodeSlot = 77;

    private Bag* _stolen;

    public override string Title => "steal from a bag that is sealed, emptied and used for nodes";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("STAGE-SAME", WeakenKind.Repeat),
        new("STAGE-LIFE", WeakenKind.Relaxed, "taking the bag off its stack is a full exchange, and [STAGE-SAME] refuses whoever saw the number without the rest"),
        new("STAGE-LIFE", WeakenKind.Forged, Forge: life => life - (1UL << 32)), // the number does not rise
    ];

    public override void SetUp()
    {
        PoolSet* pools = World.Cache(0)->Pools;
        World.Cache(0)->BagCapacity = 1;
        _stolen = PoolSet.TakeEmptyBag(pools);
        while (pools->EmptyBags is > 0 and var stack && (uint)stack != 0)
        {
            PoolSet.TakeEmptyBag(pools); // two are left: the ones below
        }

        PoolSet.GiveEmptyBag(pools, (Bag*)BlockHeap.TryAllocate(Bag.Bytes));
    }

    public override void Body(int thread)
    {
        ThreadCache* owner = World.Cache(0);
        PoolSet* pools = owner->Pools;
        if (thread == 1)
        {
            Staging.Steal(ref owner->Fences.Staging, _stolen);
            return;
        }

        // The bag goes on limbo, comes back after a grace period (no reader is about), is emptied, and serves for nodes.
        SlotCache.Defer<FenceKind>(owner, &owner->Fences, &pools->Fences, FenceSlot);
        Domain.Advance(owner->Domain, owner->Reader);
        uint ripe = owner->Fences.Limbo.TryTake(owner->Domain);
        if (ripe == 0)
        {
            return;
        }

        Bag* bag = Bag.At(ripe);
        bag->Count = 0;
        PoolSet.GiveEmptyBag(pools, bag);
        owner->Nodes.Staging = (nint)PoolSet.TakeEmptyBag(pools);
        owner->BagCapacity = 4;
        SlotCache.Defer<CallbackKind>(owner, &owner->Nodes, &pools->Nodes, NodeSlot);
    }

    public override void End()
    {
        for (uint i = 0; i < _stolen->Count; i++)
        {
            Require(_stolen->Items[i] == FenceSlot, $"stole {_stolen->Items[i]} from the fences' bag");
        }
    }
}
