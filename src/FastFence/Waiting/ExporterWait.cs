using FastFence.Atomics;
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

            // [SLEEP-ENTER] full: counted before the state is looked at. Pairs with [UNLOAD-CLOSE]. Without it unload could read
            // the count 0 while we enter the exporter's code.
            Atomic.AddFull(ref exporter->Sleepers, 1);
        }
        finally
        {
            Section.Exit();
        }

        try
        {
            if (Atomic.LoadAcquire(ref exporter->State) == (uint)ExporterState.Open)
            {
                exporter->Ops.Wait(args, deadline);
            }
        }
        finally
        {
            // [SLEEP-EXIT] full: the op has returned, or thrown, before the count falls. Pairs with [UNLOAD-CLOSE].
            Atomic.AddFull(ref exporter->Sleepers, uint.MaxValue);
        }
    }
}
