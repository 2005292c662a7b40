using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Polling;

namespace FastFence.Model.Cases;

/// <summary>The reclaimer runs an exporter's release op while its closer waits to unload the code: not before the op has returned (C17).</summary>
internal sealed unsafe class Releasing : ModelCase
{
    public override string Title => "run the release op; released? unload";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("RELEASED", WeakenKind.Relaxed),
        new("RELEASED", WeakenKind.Removed),
    ];

    private static ref ulong Code => ref World.Word(0);

    public override void SetUp()
    {
        RetireRecord* record = (RetireRecord*)BlockHeap.TryAllocate(sizeof(RetireRecord));
        delegate*<nint, void> release = &Release;
        record->Destructor = (nint)release;
        record->Done = &World.Timeline->Exporter->Released;
        World.Engine->Retired.Push(World.Domain, record);
        Names.Set(ref World.Timeline->Exporter->Released, "released");
        Names.Set(ref Code, "the exporter's code");
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            HousekeeperThread.DestroyRipe(World.Engine);
            HousekeeperThread.DestroyRipe(World.Engine);
        }
        else if (Atomic.LoadAcquire(ref World.Timeline->Exporter->Released) != 0) // as Teardown.WaitForRelease
        {
            Run.Current.WriteData(ref Code, 1);
        }
    }

    public override void End() => Require(World.Timeline->Exporter->Released == 1, "nobody says that the op has returned");

    private static void Release(nint data) => Run.Current.ReadData(ref Code);
}
