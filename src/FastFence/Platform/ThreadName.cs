using System.Globalization;

namespace FastFence.Platform;

/// <summary>Names of threads as the OS has them.</summary>
internal static class ThreadName
{
    /// <summary>
    /// The name of a thread of this process, at most 15 bytes of it; empty when it has none or is gone. Any thread; reads a file, so
    /// for reports only. Source: /proc/self/task/TID/comm, proc(5).
    /// </summary>
    public static string Of(int tid) =>
        OperatingSystem.IsLinux() && SystemFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{tid}/comm"), out string name)
            ? name
            : string.Empty;
}
