namespace FastFence.Fences;

/// <summary>Where exceptions of callbacks and destructors are reported: one sink an engine, set by the root.</summary>
internal static class Faults
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<ulong, Action<Fence, Exception>> s_sinks = [];

    /// <summary>Sets or clears the sink of an engine.</summary>
    public static void SetSink(ulong serial, Action<Fence, Exception>? sink)
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

    /// <summary>Reports; an exception of the sink itself is dropped, since nobody is left to tell.</summary>
    public static void Report(ulong serial, Fence fence, Exception exception)
    {
        Action<Fence, Exception>? sink;
        lock (s_lock)
        {
            s_sinks.TryGetValue(serial, out sink);
        }

        try
        {
            sink?.Invoke(fence, exception);
        }
#pragma warning disable CA1031 // see the summary
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
