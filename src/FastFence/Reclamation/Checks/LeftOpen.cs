namespace FastFence.Reclamation;

/// <summary>Sections of threads that have ended inside them. Found under the registry's lock, reported outside of it.</summary>
internal static unsafe class LeftOpen
{
    private static readonly Lock s_lock = new();
    private static readonly List<MisuseEventArgs> s_found = [];

    /// <summary>Looks at the record of a dead thread before it is cleared. Under the registry's lock.</summary>
    public static void Look(ReaderRecord* record)
    {
        CheckedThread thread = CheckedThread.Of(record);
        bool inside = Reader.IsInside(record);
        if (inside || record->Signalling != 0)
        {
            string site = (inside ? thread.OutermostSection : thread.Held.SiteOf(HeldKind.Signalling)) ?? "unknown";
            string what = inside ? "an access section (contract C5)" : "a signalling section (contract C3)";
            lock (s_lock)
            {
                s_found.Add(new MisuseEventArgs(
                    MisuseKind.SectionLeftOpen, $"A thread ended inside {what}: its section was never ended. Bind it with 'using'.", site, null, thread));
            }
        }

        CheckedThread.Forget(record);
    }

    /// <summary>Reports what was found.</summary>
    public static void Report()
    {
        MisuseEventArgs[] found;
        lock (s_lock)
        {
            if (s_found.Count == 0)
            {
                return;
            }

            found = [.. s_found];
            s_found.Clear();
        }

        Array.ForEach(found, misuse => Misuses.Raise(misuse, 0));
    }
}
