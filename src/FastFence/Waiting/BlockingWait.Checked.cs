using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>
/// What checked mode asks before a wait. Whether the fence is signaled already does not matter: that is a matter of luck, and the same
/// call waits the next time (as the kernel's <c>might_sleep</c>).
/// </summary>
internal static unsafe partial class BlockingWait
{
    private static void Check(Fence fence)
    {
        if (Section.IsInside())
        {
            Section.ReportInside("A blocking wait", MisuseKind.WaitInsideSection);
        }

        Section.CheckSignalling("A blocking wait", References.SerialOf(fence));
        CheckedThread thread = CheckedThread.Current;
        if (thread.Held.Count == 0 || References.ClassOf(fence) is not { } timeline)
        {
            return;
        }

        int node = OrderGraph.NodeOf(timeline);
        OrderGraph.Add(thread, node, OrderGraph.AnySignaller, null, null);
        foreach (Held held in thread.Held.Items)
        {
            if (held.Kind != HeldKind.Section)
            {
                OrderGraph.Add(thread, held.Node, node, held.Site, null);
            }
        }
    }
}
