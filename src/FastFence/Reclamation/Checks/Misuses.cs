using FastFence.Atomics;

namespace FastFence.Reclamation;

/// <summary>The one place where a misuse becomes an event, a notification and an exception. Cold; may allocate.</summary>
internal static class Misuses
{
    private static readonly Lock s_lock = new();
    private static readonly HashSet<(MisuseKind Kind, string Site)> s_seen = [];
    private static readonly Dictionary<ulong, Action<MisuseEventArgs>> s_sinks = [];
    private static ulong s_count;

    /// <summary>Findings so far.</summary>
    public static ulong Count => Atomic.LoadAcquire(ref s_count);

    /// <summary>Sets or clears where an engine wants its findings.</summary>
    public static void SetSink(ulong serial, Action<MisuseEventArgs>? sink)
    {
        lock (s_lock)
        {
            if (sink == null)
            {
                s_sinks.Remove(serial);
            }
            else
            {
                s_sinks[serial] = sink;
            }
        }
    }

    /// <summary>
    /// Reports what the calling thread does at this moment: to <see cref="CheckedMode.Misused"/> and to its engine, or to every engine
    /// when it is nobody's in particular (<paramref name="serial"/> 0). Throws where that is asked for.
    /// </summary>
    public static void Report(MisuseKind kind, string what, string? otherSite = null, ulong serial = 0, string? site = null)
    {
        MisuseEventArgs misuse = new(kind, what, site ?? CodeSite.OfCaller(), otherSite, CheckedThread.Current);
        Raise(misuse, serial);
        if (CheckedMode.Throws)
        {
            throw new FenceMisuseException(misuse);
        }
    }

    /// <summary>Reports without throwing: the thread it is about has ended.</summary>
    public static void Raise(MisuseEventArgs misuse, ulong serial)
    {
        Atomic.AddFull(ref s_count, 1);
        CheckedThread current = CheckedThread.Current;
        Action<MisuseEventArgs>[] sinks;
        lock (s_lock)
        {
            if (current.IsReporting || !s_seen.Add((misuse.Kind, misuse.Site)))
            {
                return;
            }

            sinks = serial == 0 ? [.. s_sinks.Values] : s_sinks.TryGetValue(serial, out Action<MisuseEventArgs>? sink) ? [sink] : [];
        }

        current.IsReporting = true;
        try
        {
            CheckedMode.Raise(misuse);
            Array.ForEach(sinks, sink => sink(misuse));
        }
#pragma warning disable CA1031 // a listener's exception has nobody to go to
        catch (Exception)
#pragma warning restore CA1031
        {
        }
        finally
        {
            current.IsReporting = false;
        }
    }

    /// <summary>Forgets which sites were reported. Tests.</summary>
    internal static void ForgetSites()
    {
        lock (s_lock)
        {
            s_seen.Clear();
        }
    }
}
