using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>
/// A casual reader looks at something that another thread unlinks, stamps and frees after the grace period; a third thread
/// frees on the news alone that the grace period is over.
/// </summary>
internal sealed unsafe class ReaderAgainstScan : ModelCase
{
    public override string Title => "enter, read, exit; unlink, stamp, scan, free";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("READER-ENTER", WeakenKind.Relaxed),
        new("READER-EXIT", WeakenKind.Relaxed),
        new("GP-BARRIER", WeakenKind.Relaxed),
        new("GP-STAMP", WeakenKind.Relaxed),
        new("GP-SCAN", WeakenKind.Relaxed, "the full exchange of [GP-PUBLISH] stands between the scan and whoever frees"),
        new("GP-SCAN", WeakenKind.Removed),
        new("GP-PUBLISH", WeakenKind.Relaxed),
        new("GP-COMPLETE", WeakenKind.Relaxed),
    ];

    private static ref ulong Link => ref World.Word(0);

    private static ref ulong Stamp => ref World.Word(1);

    private static ref ulong Data => ref World.Word(2);

    public override void SetUp()
    {
        Link = 1;
        Names.Set(ref Link, "link");
        Names.Set(ref Stamp, "stamp");
        Names.Set(ref Data, "data");
        Names.Set(ref World.Domain->Phase, "G");
        Names.Set(ref World.Domain->Completed, "completed");
        Names.Set(ref World.Cache(0)->Reader->Word, "reader 0");
    }

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                Reader.Enter(World.Domain, World.Cache(0)->Reader);
                if (Atomics.Atomic.LoadAcquire(ref Link) != 0)
                {
                    Run.Current.ReadData(ref Data);
                }

                Reader.Exit(World.Cache(0)->Reader);
                break;
            case 1:
                Atomics.Atomic.StorePlain(ref Link, 0);
                ulong stamp = Domain.Stamp(World.Domain);
                Atomics.Atomic.StorePlain(ref Stamp, stamp);
                Domain.Poll(World.Domain, null, stamp);
                break;
            default:
                ulong drawn = Atomics.Atomic.LoadPlain(ref Stamp);
                if (drawn != 0 && Domain.IsComplete(World.Domain, drawn))
                {
                    Run.Current.WriteData(ref Data, 1);
                }

                break;
        }
    }
}
