using FastFence.Memory;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>The shared pre-signaled fence: slot 0, immortal, of a timeline and an exporter of its own.</summary>
internal static unsafe class StubFence
{
    private static readonly ulong s_handle = Create();

    /// <summary>Its handle.</summary>
    public static ulong Handle => s_handle;

    private static ulong Create()
    {
        TimelineBlock* timeline = (TimelineBlock*)BlockHeap.TryAllocate(sizeof(TimelineBlock));
        ExporterBlock* exporter = (ExporterBlock*)BlockHeap.TryAllocate(sizeof(ExporterBlock));
        if (timeline == null || exporter == null)
        {
            throw new InsufficientMemoryException("No memory for the stub fence.");
        }

        timeline->Exporter = exporter;
        timeline->Closed = 1;
        timeline->DriverName = NameTable.Intern("stub"u8);
        timeline->TimelineName = NameTable.Intern("stub"u8);
        exporter->State = (uint)ExporterState.Closed;
        FenceSlot* slot = FenceSlot.At(0);
        slot->Head = HeadWord.Closed(0, 0, HeadWord.Quiesced);
        slot->Timeline = timeline;
        slot->DriverName = timeline->DriverName;
        slot->TimelineName = timeline->TimelineName;
        slot->RefGen = (1UL << 32) | FenceLife.Immortal;
        return 1UL << 32;
    }
}
