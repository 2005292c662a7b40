using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;
using FastFence.Model.Worlds;
using FastFence.Reclamation;

namespace FastFence.Model.Cases;

/// <summary>Two readers and one who unlinks, stamps, scans twice and frees.</summary>
internal abstract unsafe class FreeingCase : ModelCase
{
    protected static ref ulong Link => ref World.Word(0);

    protected static ref ulong Data => ref World.Word(1);

    public override void SetUp()
    {
        Link = 1;
        Names.Set(ref Link, "link");
        Names.Set(ref Data, "data");
        Names.Set(ref World.Domain->Phase, "G");
        Names.Set(ref World.Domain->Completed, "completed");
        Names.Set(ref World.Domain->SharedWord, "shared");
        Names.Set(ref World.Cache(0)->Reader->Word, "reader 0");
        for (int i = 1; i < Clocks.MaxThreads; i++)
        {
            World.Cache(i)->Reader->Word = Domain.AtRest; // whether there is a barrier hangs on reader 0
        }
    }

    protected static void Read()
    {
        if (Atomic.LoadAcquire(ref Link) != 0)
        {
            Run.Current.ReadData(ref Data);
        }
    }

    /// <summary>A casual reader's section.</summary>
    protected static void ReadInside(ReaderRecord* reader)
    {
        Reader.Enter(World.Domain, reader);
        Read();
        Reader.Exit(reader);
    }

    protected static void Free()
    {
        Atomic.StorePlain(ref Link, 0);
        ReaderRecord* self = Registry.CurrentReader();
        ulong stamp = Domain.Stamp(World.Domain);
        if (Domain.Poll(World.Domain, self, stamp) || Domain.Poll(World.Domain, self, stamp))
        {
            Run.Current.WriteData(ref Data, 1);
        }
    }
}

/// <summary>An online reader reads, reports a quiescent state, reads again, goes offline, comes back and reads.</summary>
internal sealed unsafe class QuiescentReport : FreeingCase
{
    public override string Title => "read, report, read, go offline and online, read; free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("QS-REPORT", WeakenKind.Relaxed),
        new("GO-ONLINE", WeakenKind.Relaxed),
        new("GP-STAMP", WeakenKind.Relaxed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        World.Cache(0)->Reader->State = (uint)ReaderState.Online;
        Reader.GoOnline(World.Domain, World.Cache(0)->Reader);
    }

    public override void Body(int thread)
    {
        ReaderRecord* reader = World.Cache(0)->Reader;
        if (thread == 1)
        {
            Free();
            return;
        }

        Read();
        Reader.Quiescent(World.Domain, reader);
        Read();
        Reader.GoOffline(reader);
        Reader.GoOnline(World.Domain, reader);
        Read();
    }
}

/// <summary>Two threads without a record of their own share one.</summary>
internal sealed unsafe class SharedRecord : FreeingCase
{
    public override string Title => "two readers on the shared record; free";

    public override int Threads => 3;

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("SHARED-ENTER", WeakenKind.Torn),
        new("SHARED-ENTER", WeakenKind.Relaxed),
    ];

    public override void Body(int thread)
    {
        if (thread == 2)
        {
            Free();
            return;
        }

        SharedReader.Enter(World.Domain);
        Read();
        SharedReader.Exit(World.Domain);
    }
}

/// <summary>A thread that was never seen before registers and reads while another one scans.</summary>
internal sealed unsafe class Registering : FreeingCase
{
    public override string Title => "link a new record, enter, read; free";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("READER-REGISTER", WeakenKind.Relaxed, Operation: "Fence"),
        new("READER-REGISTER", WeakenKind.Removed, Operation: "Store"),
    ];

    public override void SetUp()
    {
        base.SetUp();

        // Another thread's, or registering would take it back instead of linking a new one.
        World.Cache(0)->Reader->ThreadId = -1;
        World.Cache(0)->Reader->Word = Domain.AtRest;
    }

    public override void Begin()
    {
        // No record: the thread's own is taken from it for the time of one section.
        Registry.MaxReaders = 16;
    }

    public override void Body(int thread)
    {
        if (thread == 1)
        {
            Free();
            return;
        }

        ref ThreadWords words = ref Registry.Current;
        ThreadWords kept = words;
        words = default;
        try
        {
            Section.Enter();
            Read();
            Section.Exit();
        }
        finally
        {
            words = kept;
        }
    }
}

/// <summary>Who sees a fence pending inside a section may use its exporter's data to the end of it (C6, C4).</summary>
internal sealed unsafe class PrivateData : FreeingCase
{
    private Fence _fence;

    public override string Title => "pending? use private data; signal, wait for the grace period, free it";

    public override IReadOnlyList<Twin> Twins { get; } =
    [
        new("GP-BARRIER", WeakenKind.Relaxed),
        new("READER-EXIT", WeakenKind.Relaxed),
        new("ACCESS-CHECK", WeakenKind.Relaxed, "'pending' brings no news: the data is older than the handle, and the barrier keeps it; what counts is the compiler's order"),
        new("ACCESS-CHECK", WeakenKind.Removed),
    ];

    public override void SetUp()
    {
        base.SetUp();
        _fence = World.NewFence(references: 2);
        Names.Set(ref _fence.Slot->Head, "head");
    }

    public override void Body(int thread)
    {
        ThreadCache* cache = World.Cache(thread);
        if (thread == 0)
        {
            Reader.Enter(World.Domain, cache->Reader);
            if (FenceNames.IsPending(_fence.Slot, _fence.Generation))
            {
                Run.Current.ReadData(ref Data);
            }

            Reader.Exit(cache->Reader);
            return;
        }

        FenceSignal.Signal(_fence, 0, 6400);
        Free();
    }
}
