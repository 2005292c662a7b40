namespace FastFence.Reclamation;

/// <summary>Checked mode's side of sections. Every caller stands behind <see cref="Checks.On"/>.</summary>
internal static unsafe partial class Section
{
    /// <summary>
    /// Is private data safe from being freed? Online readers always are: their section is the whole cycle.
    /// </summary>
    public static bool IsReading()
    {
        ReaderRecord* reader = Registry.CurrentReader();
        if (reader == null)
        {
            return Registry.Current.SharedNest != 0;
        }

        ulong word = Atomics.Atomic.LoadPlain(ref reader->Word);
        return word != 0 && word != Domain.AtRest;
    }

    /// <summary>Reports a query outside of every section.</summary>
    public static void CheckReading(string what)
    {
        if (!IsReading())
        {
            Misuses.Report(
                MisuseKind.QueryOutsideSection,
                $"{what} was asked for outside an access section (contract C5): the exporter may free it at any moment. Ask inside Access.Run, or through a section that is still open.");
        }
    }

    /// <summary>Reports <paramref name="what"/> inside a section.</summary>
    public static void ReportInside(string what, MisuseKind kind) => Misuses.Report(
        kind, $"{what} inside an access section (contract C5). End the section first.", CheckedThread.Current.InnermostSection);

    /// <summary>Reports a wait inside a signalling section, whatever it waits for.</summary>
    public static void CheckSignalling(string what, ulong serial)
    {
        if (SignallingSection.IsInside)
        {
            Misuses.Report(
                MisuseKind.WaitInsideSignalling,
                $"{what} inside a signalling section (contract C3): fences that somebody waits for depend on this section's end. Wait before it, or after it.",
                CheckedThread.Current.Held.SiteOf(HeldKind.Signalling),
                serial);
        }
    }

    /// <summary>Notes a wait for one of an engine's own threads, by its class.</summary>
    public static void CheckBeforeAgent(string agent)
    {
        CheckedThread thread = CheckedThread.Current;
        int node = thread.Held.Count == 0 ? -1 : OrderGraph.NodeOf(agent);
        foreach (Held held in thread.Held.Items)
        {
            if (held.Kind == HeldKind.Agent)
            {
                continue; // from its own callbacks and destructors the engine does not wait for its threads
            }

            OrderGraph.Add(thread, held.Node, node, held.Site, null);
        }
    }

    private static void CheckBeforeGrace(string what)
    {
        CheckSignalling(what, 0);
        CheckedThread thread = CheckedThread.Current;
        foreach (Held held in thread.Held.Items)
        {
            OrderGraph.Add(thread, held.Node, OrderGraph.Sections, held.Site, null);
        }
    }
}
