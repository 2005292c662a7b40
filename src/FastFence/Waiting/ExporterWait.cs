using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>
/// The exporter's own <c>wait</c> op, called outside access sections under the exporter's sleepable count: the second kind of
/// grace period (decision 14). Unload waits for the count after it has called <c>cancelWait</c>.
/// </summary>
internal static unsafe class ExporterWait
{
    /// <summary>Calls the op if there is one; the fence may be pending afterwards (the op is a help, not the truth).</summary>
    public static void Wait(Fence fence, long deadline)
    {
        FenceSlot* slot = fence.Slot;
        ExporterBlock* exporter;
        FenceOpArgs args;
        Section.Enter();
        try
        {
            if (!FenceNames.IsPending(slot, fence.Generation) || slot->Timeline->Exporter->Ops.Wait == null)
            {
                return;
            }

            exporter = slot->Timeline->Exporter;
            args = FenceNames.ArgsOf(slot);
            SleepableCount.Enter(exporter);
        }
        finally
        {
            Section.Exit();
        }

        ReaderRecord* reader = Registry.CurrentReader();
        ForeignCode before = ForeignCode.Enter(reader, ForeignKind.WaitOp, 0, fence.Value, (nint)exporter->Ops.Wait, (nint)exporter);
        try
        {
            if (SleepableCount.IsOpen(exporter))
            {
                exporter->Ops.Wait(args, deadline);
            }
        }
        finally
        {
            before.Exit(reader);
            SleepableCount.Exit(exporter);
        }
    }
}
