using System.Diagnostics;
using System.Globalization;
using FastFence.Platform;

namespace FastFence.Tool.Pauses;

/// <summary>
/// A device that is as plain as can be: a process that writes a completion word, position by position. It allocates nothing while
/// it runs, so that its own collector is quiet, and ends by itself if its host is gone. A second thread of it is the native waiter
/// (<see cref="WordWaiter"/>). Both processes read the kernel's one monotonic clock.
/// </summary>
internal static class WordWriter
{
    /// <summary>The tool's word for it, not shown in help.</summary>
    internal const string Verb = "write-words";

    /// <summary>Starts it as a process of its own.</summary>
    internal static Process Start(SharedWords shared, long periodNanoseconds, double seconds, int? core) =>
        StartTool(Verb, shared.Path, Text(periodNanoseconds), Text((long)seconds + 30), Text(core ?? -1));

    /// <summary>Starts one of the tool's hidden words as a process in which no compiler and no collector thread runs.</summary>
    internal static Process StartTool(params ReadOnlySpan<string> words)
    {
        string tool = System.IO.Path.Combine(AppContext.BaseDirectory, "FastFence.Tool");
        ProcessStartInfo start = new(tool);
        foreach (string word in words)
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["DOTNET_TieredCompilation"] = "0"; // no compiler thread while it writes
        start.Environment["DOTNET_gcConcurrent"] = "0";
        return Process.Start(start) ?? throw new IOException($"Cannot start {tool} {words[0]}, the process at the other end of the completion word.");
    }

    /// <summary>The process's body: path, period in ns, longest life in seconds, core or −1.</summary>
    internal static int Run(string[] args)
    {
        using SharedWords shared = SharedWords.Open(args[1]);
        long period = long.Parse(args[2], CultureInfo.InvariantCulture);
        long end = MonotonicClock.Nanoseconds + (long.Parse(args[3], CultureInfo.InvariantCulture) * 1_000_000_000);
        int core = int.Parse(args[4], CultureInfo.InvariantCulture);
        WordWaiter waiter = new(shared, end);
        Thread waiting = new(() =>
        {
            Pin(core);
            waiter.Run();
        });
        waiting.Start();
        Pin(core);
        Volatile.Write(ref shared.IsRealTime, RealTime.TryEnter() ? 1u : 0); // a writer that is stopped between the time and the word would be taken for a late poller
        ulong position = Volatile.Read(ref shared.Word);
        while (Volatile.Read(ref shared.Stop) == 0 && MonotonicClock.Nanoseconds < end)
        {
            if (position < Volatile.Read(ref shared.Limit))
            {
                shared.TimeOf(++position) = MonotonicClock.Nanoseconds;
                Volatile.Write(ref shared.Word, position);
            }

            Nap.For(period);
        }

        waiting.Join();
        return 0;
    }

    internal static void Pin(int core)
    {
        if (core >= 0)
        {
            _ = Affinity.TryPinCurrentThread(core, out _);
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
