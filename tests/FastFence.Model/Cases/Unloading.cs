using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;
using FastFence.Waiting;

namespace FastFence.Model.Cases;

/// <summary>A thread enters the exporter's wait op while the exporter goes away: it is counted, or it stays out (C17).</summary>
internal sealed unsafe class SleepersAgainstUnload : ModelCase
{
    private Fence _fence;

    public override string Title => "enter the wait op; close the exporter, wait for sleepers, unload";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SLEEP-ENTER", WeakenKind.Relaxed),
        new("SLEEP-EXIT", WeakenKind.Relaxed),
        new("SLEEP-READ", WeakenKind.Relaxed),
        new("UNLOAD-CLOSE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        _fence = World.NewFence(references: 2);
        World.Timeline->Exporter->Ops.Wait = &Wait;
        Names.Set(ref World.Timeline->Exporter->State, "exporter state");
        Names.Set(ref World.Timeline->Exporter->Sleepers, "sleepers");
        Names.Set(ref World.Word(0), "the exporter's code");
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            ExporterWait.Wait(_fence, long.MaxValue);
            return;
        }

        // As an unload does it; the grace period between the two is left out to be stricter.
        ExporterBlock* exporter = World.Timeline->Exporter;
        SleepableCount.Close(exporter);
        if (SleepableCount.Read(exporter) == 0)
        {
            Run.Current.WriteData(ref World.Word(0), 1);
        }
    }

    private static void Wait(in FenceOpArgs args, long deadline) => Run.Current.ReadData(ref World.Word(0));
}

/// <summary>Two callbacks of an exporter's code return while it is unloaded: not before both have (C17, step 7).</summary>
internal sealed unsafe class CallbacksAgainstUnload : ModelCase
{
    private const uint Owner = 0; // its count is the table's first line

    public override string Title => "two callbacks run and count themselves out; unload at 0";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("CODE-LEAVE", WeakenKind.Relaxed),
        new("CODE-LEAVE", WeakenKind.Torn),
        new("CODE-DRAINED", WeakenKind.Relaxed),
    ];

    private static ref ulong Code => ref World.Word(0);

    private static nint Counts => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref World.Word(1));

    public override void SetUp()
    {
        World.Word(1) = 2;
        Names.Set(ref Code, "the exporter's code");
        Names.Set(ref World.Word(1), "callbacks");
    }

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Run.Current.ReadData(ref Code);
            OwnedCode.Leave(Counts, Owner);
        }
        else if (OwnedCode.Count(Counts, Owner) == 0)
        {
            Run.Current.WriteData(ref Code, 1);
        }
    }

    public override void End() => Require(OwnedCode.Count(Counts, Owner) == 0, "a callback that has returned still counts");
}

/// <summary>
/// A callback is registered while its owner goes away: it is counted when the grace period is over, or refused. The count itself is not
/// ordered; section and grace period are.
/// </summary>
internal sealed unsafe class RegisterAgainstUnload : ModelCase
{
    private const uint Owner = 0;

    public override string Title => "see the owner open, count in, run; close, grace period, unload at 0";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("READER-ENTER", WeakenKind.Relaxed),
        new("GP-BARRIER", WeakenKind.Relaxed),
        new("CODE-LEAVE", WeakenKind.Relaxed),
    ];

    private static ref ulong Code => ref World.Word(0);

    private static ref ulong Closed => ref World.Word(2);

    private static nint Counts => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref World.Word(1));

    public override void SetUp()
    {
        Names.Set(ref Code, "the exporter's code");
        Names.Set(ref World.Word(1), "callbacks");
        Names.Set(ref Closed, "closed");
    }

    public override void Body(int thread)
    {
        if (thread == 0)
        {
            Reader.Enter(World.Domain, World.Cache(0)->Reader);
            bool open = Atomics.Atomic.LoadAcquire(ref Closed) == 0;
            if (open)
            {
                OwnedCode.Enter(Counts, Owner);
            }

            Reader.Exit(World.Cache(0)->Reader);
            if (open)
            {
                Run.Current.ReadData(ref Code);
                OwnedCode.Leave(Counts, Owner);
            }

            return;
        }

        Atomics.Atomic.ExchangeFull(ref Closed, 1);
        if (Domain.Poll(World.Domain, null, Domain.Stamp(World.Domain)) && OwnedCode.Count(Counts, Owner) == 0)
        {
            Run.Current.WriteData(ref Code, 1);
        }
    }
}

/// <summary>Two destructors of an exporter return while it is unloaded: not before both have (C17, step 8).</summary>
internal sealed unsafe class DestructorsAgainstUnload : ModelCase
{
    public override string Title => "two destructors return; unload at 0";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("DESTRUCTOR-END", WeakenKind.Relaxed),
        new("DESTRUCTOR-END", WeakenKind.Torn),
        new("DESTRUCTORS-READ", WeakenKind.Relaxed),
    ];

    private static ref ulong Code => ref World.Word(0);

    private static ExporterBlock* Exporter => World.Timeline->Exporter;

    public override void SetUp()
    {
        DestructorCount.Enter(Exporter);
        DestructorCount.Enter(Exporter);
        Names.Set(ref Code, "the exporter's code");
        Names.Set(ref Exporter->Destructors, "destructors");
    }

    public override void Body(int thread)
    {
        if (thread < 2)
        {
            Run.Current.ReadData(ref Code);
            DestructorCount.Leave(Exporter);
        }
        else if (DestructorCount.Read(Exporter) == 0)
        {
            Run.Current.WriteData(ref Code, 1);
        }
    }

    public override void End() => Require(DestructorCount.Read(Exporter) == 0, "a destructor that has returned still counts");
}
