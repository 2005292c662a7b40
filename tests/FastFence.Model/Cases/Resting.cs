using FastFence.Atomics;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>A casual reader rests between two sections, and what it may see is freed with a barrier or without.</summary>
internal sealed unsafe class RestAgainstScan : FreeingCase
{
    public override string Title => "enter, read, exit, rest; enter, read, exit; free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("REST-BEGIN", WeakenKind.Relaxed),
        new("REST-END", WeakenKind.Relaxed),
    ];

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Free();
            return;
        }

        ReaderRecord* reader = World.Cache(0)->Reader;
        ReadInside(reader);
        Reader.Rest(reader);
        ReadInside(reader);
    }
}

/// <summary>A thread comes back from rest with a brief section.</summary>
internal sealed unsafe class BriefFromRest : FreeingCase
{
    public override string Title => "at rest: a brief section, read; free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("REST-END", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        World.Cache(0)->Reader->Word = Domain.AtRest;
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Free();
            return;
        }

        ReaderRecord* reader = World.Cache(0)->Reader;
        ulong before = Reader.EnterBrief(World.Domain, reader);
        Read();
        Reader.LeaveBrief(reader, before);
    }
}

/// <summary>An online reader leaves and reads as a casual one.</summary>
internal sealed unsafe class LeavingOnline : FreeingCase
{
    public override string Title => "leave online, enter, read, exit; free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("LEAVE-ONLINE", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        World.Cache(0)->Reader->State = (uint)ReaderState.Online;
        Reader.GoOnline(World.Domain, World.Cache(0)->Reader);
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Free();
            return;
        }

        ReaderRecord* reader = World.Cache(0)->Reader;
        Reader.TryLeave(reader);
        ReadInside(reader);
    }
}

/// <summary>One thread unlinks and stamps, another one scans for it: the stamp's fence serves the scan.</summary>
internal sealed unsafe class ScanForAnother : FreeingCase
{
    public override string Title => "at rest: enter, read, exit; unlink, stamp; scan, free";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("GP-STAMP", WeakenKind.Relaxed),
        new("REST-END", WeakenKind.Relaxed),
    ];

    private static ref ulong Stamp => ref World.Word(2);

    public override void SetUp()
    {
        base.SetUp();
        World.Cache(0)->Reader->Word = Domain.AtRest;
        Names.Set(ref Stamp, "stamp");
    }

    public override void Body(int thread)
    {
        switch (thread)
        {
            case 0:
                ReadInside(World.Cache(0)->Reader);
                break;
            case 1:
                Atomic.StorePlain(ref Link, 0);
                Atomic.StoreRelease(ref Stamp, Domain.Stamp(World.Domain));
                break;
            default:
                ulong stamp = Atomic.LoadAcquire(ref Stamp);
                if (stamp != 0 && Domain.Poll(World.Domain, Registry.CurrentReader(), stamp))
                {
                    Run.Current.WriteData(ref Data, 1);
                }

                break;
        }
    }
}
