using System.Diagnostics;
using System.Globalization;
using FastFence.Platform;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 40: a host ends under load and disposes nothing. Its device ends, and the next host starts as ever.</summary>
internal static class HostExit
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    internal static void Play(ScenarioStage on, ScenarioRow row, ScenarioTally tally)
    {
        row.Rounds++;
        using Process host = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll"), "run", "--device", "process", "--seconds", "120"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        int device = 0;
        Wait(() => (device = DeviceOf(host.Id)) != 0 || host.HasExited);
        if (device == 0)
        {
            tally.Count("lost", 1, "the host to be killed has no device");
            return;
        }

        Thread.Sleep((int)on.Random.Next(200)); // another moment each time
        host.Kill();
        host.WaitForExit();
        Wait(() => !IsThere(device));
        bool isLeft = IsThere(device) || tally.Breaks("device-left");
        tally.Count("device-left", isLeft ? 1 : 0, "the device of a host that was killed is still there");
        on.Probe(row); // another host's device was not touched
    }

    // The child of that process that is a device; 0 = none yet.
    private static int DeviceOf(int host)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && Read($"{folder}/cmdline").Contains($"/proc/{host}/fd/", StringComparison.Ordinal))
            {
                return pid;
            }
        }

        return 0;
    }

    // A zombie has no command line any more.
    private static bool IsThere(int pid) => Read($"/proc/{pid}/cmdline").Contains("/fd/", StringComparison.Ordinal);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // it has just ended
        }
    }

    private static void Wait(Func<bool> condition)
    {
        for (long end = MonotonicClock.After(s_limit); !condition() && MonotonicClock.Nanoseconds < end;)
        {
            Thread.Sleep(5);
        }
    }
}
