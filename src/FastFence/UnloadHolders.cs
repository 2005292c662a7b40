using System.Globalization;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// Names who holds up an unload, from the readers' records: a look at running threads, so what it says may be over when it is read.
/// </summary>
internal static unsafe class UnloadHolders
{
    /// <summary>Threads in sections that began before a grace period.</summary>
    public static List<UnloadHolder> LateReaders(UnloadStep step, GraceToken grace)
    {
        List<UnloadHolder> holders = [];
        for (ReaderRecord* r = Domain.First(Domain.Process); r != null; r = r->Next)
        {
            ulong word = Atomic.LoadAcquire(ref r->Word);
            if (word != 0 && (word & ~(Domain.PhaseStep - 1)) < grace.Stamp)
            {
                holders.Add(OfThread(step, r, $"has been inside an access section since before the unload{OpenedAt(r)}: end the section, or report quiescent states"));
            }
        }

        if (holders.Count == 0)
        {
            holders.Add(new UnloadHolder { Step = step, Description = "A thread without a reader record of its own is inside an access section." });
        }

        return holders;
    }

    /// <summary>Threads inside an exporter's wait op.</summary>
    public static List<UnloadHolder> Sleepers(ExporterBlock* exporter)
    {
        List<UnloadHolder> holders = Running(UnloadStep.Sleepers, ForeignKind.WaitOp, r => r.ForeignExporter == (nint)exporter, "is inside the exporter's Wait op although CancelWait was called");
        return Or(holders, UnloadStep.Sleepers, $"{SleepableCount.Read(exporter)} threads without a reader record of their own are inside the exporter's Wait op.");
    }

    /// <summary>Threads that run callbacks of an owner's code, or else those behind whose callbacks they wait.</summary>
    public static List<UnloadHolder> Callbacks(CodeOwner owner)
    {
        List<UnloadHolder> holders = Running(UnloadStep.Callbacks, ForeignKind.Callback, r => r.ForeignOwner == owner.Number, "runs a callback of the exporter's code");
        if (holders.Count == 0)
        {
            holders = Running(UnloadStep.Callbacks, ForeignKind.Callback, static r => true, $"runs a callback of others, behind which {owner.Pending} of the exporter's may wait");
        }

        return Or(holders, UnloadStep.Callbacks, $"{owner.Pending} callbacks of the exporter's code wait for their turn on a queue.");
    }

    /// <summary>The exporter's destructor that runs, or what comes before it.</summary>
    public static List<UnloadHolder> Destructors(ExporterBlock* exporter, GraceToken grace)
    {
        List<UnloadHolder> holders = Running(UnloadStep.Destructors, ForeignKind.Destructor, r => r.ForeignExporter == (nint)exporter, "runs a destructor of the exporter");
        if (holders.Count == 0)
        {
            holders = Running(UnloadStep.Destructors, ForeignKind.Destructor, static r => true, "runs a destructor of others, behind which the exporter's wait");
        }

        return holders.Count != 0 ? holders : LateReaders(UnloadStep.Destructors, grace);
    }

    /// <summary>A ring that has not ended.</summary>
    public static List<UnloadHolder> Ring(FenceRing ring, bool deviceIsQuiet)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"Ring of context {ring.Timeline.Context}, {ring.Outstanding} fences outstanding: ");
        List<UnloadHolder> holders = deviceIsQuiet
            ? Running(UnloadStep.Rings, ForeignKind.Callback, static r => true, "runs a callback; if it is the poller's thread, the ring waits behind it")
            : [];
        return Or(holders, UnloadStep.Rings, what + (deviceIsQuiet
            ? "the poller does not complete them."
            : "its device did not come to rest. Revoke its mapping or end its process."));
    }

    private static List<UnloadHolder> Running(UnloadStep step, ForeignKind kind, Func<ReaderRecord, bool> isOurs, string doing)
    {
        List<UnloadHolder> holders = [];
        for (ReaderRecord* r = Domain.First(Domain.Process); r != null; r = r->Next)
        {
            if (r->State != (uint)ReaderState.Free && Atomic.LoadAcquire(ref r->ForeignKind) == (uint)kind && isOurs(*r))
            {
                holders.Add(OfThread(step, r, doing));
            }
        }

        return holders;
    }

    private static List<UnloadHolder> Or(List<UnloadHolder> holders, UnloadStep step, string description)
    {
        if (holders.Count == 0)
        {
            holders.Add(new UnloadHolder { Step = step, Description = description });
        }

        return holders;
    }

    // Known in checked mode only; an online reader's cycle, and the engine's own sections, have no place.
    private static string OpenedAt(ReaderRecord* reader) =>
        Checks.On && CheckedThread.Of(reader).OutermostSection is { } site ? $", opened at {site}" : string.Empty;

    private static UnloadHolder OfThread(UnloadStep step, ReaderRecord* reader, string doing)
    {
        Fence fence = new(reader->ForeignFence);
        nint function = reader->ForeignFunction;
        string name = ThreadName.Of(reader->ThreadId);
        string where = fence.IsNull ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" of fence {fence.Context}:{fence.Seqno}");
        where += function == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", function 0x{function:x}");
        return new UnloadHolder
        {
            Step = step,
            ThreadId = reader->ThreadId,
            ThreadName = name,
            Fence = fence,
            Function = function,
            Description = string.Create(CultureInfo.InvariantCulture, $"Thread {reader->ThreadId}{(name.Length == 0 ? string.Empty : $" ({name})")} {doing}{where}."),
        };
    }
}
