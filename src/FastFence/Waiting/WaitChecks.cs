using FastFence.Fences;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>
/// What checked mode asks before a wait; every caller stands behind <see cref="Checks.On"/>. Whether it would wait this time does not
/// matter: that is a matter of luck, and the same call waits the next time (as the kernel's <c>might_sleep</c>).
/// </summary>
internal static unsafe class WaitChecks
{
    private const string Blocking = "A blocking wait";

    /// <summary>Before a wait for one fence that may take time.</summary>
    public static void Before(Fence fence) => Before([fence]);

    /// <summary>Before a wait for several.</summary>
    public static void Before(ReadOnlySpan<Fence> fences)
    {
        CheckSections(fences.IsEmpty ? 0 : References.SerialOf(fences[0]));
        CheckedThread thread = CheckedThread.Current;
        if (thread.Held.Count == 0)
        {
            return;
        }

        foreach (Fence fence in fences)
        {
            if (References.ClassOf(fence) is { } timeline)
            {
                CheckOrder(thread, timeline);
            }
        }
    }

    /// <summary>Before a wait for a timeline's value. The timeline's memory is ours, or null when it has been freed.</summary>
    public static void Before(string? timeline)
    {
        CheckSections(0);
        CheckedThread thread = CheckedThread.Current;
        if (thread.Held.Count != 0 && timeline != null)
        {
            CheckOrder(thread, timeline);
        }
    }

    /// <summary>Before an await: it ends on another thread, or after this one has done something else.</summary>
    public static void BeforeAwait()
    {
        if (Section.IsInside())
        {
            Section.ReportInside("An await", MisuseKind.WaitInsideSection);
        }
    }

    private static void CheckSections(ulong serial)
    {
        if (Section.IsInside())
        {
            Section.ReportInside(Blocking, MisuseKind.WaitInsideSection);
        }

        Section.CheckSignalling(Blocking, serial);
    }

    private static void CheckOrder(CheckedThread thread, string timeline)
    {
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
