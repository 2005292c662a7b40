using System.Diagnostics;
using System.Globalization;
using FastFence.NativeSim;

namespace FastFence.Tool.Scenarios;

/// <summary>The faults that a plan can name, and how fences may end under each.</summary>
internal static class FaultPlan
{
    internal const string Killed = "killed";
    internal const string Stopped = "stopped";
    internal const string HostStopped = "host-stopped";

    private static readonly Dictionary<string, DeviceFault> s_device = new(StringComparer.Ordinal)
    {
        ["hang"] = DeviceFault.Hang,
        ["slow"] = DeviceFault.Slow,
        ["lost-interrupt"] = DeviceFault.LostInterrupt,
        ["late-interrupt"] = DeviceFault.LateInterrupt,
        ["spurious-interrupt"] = DeviceFault.SpuriousInterrupt,
        ["word-jumps"] = DeviceFault.WordJumps,
        ["word-goes-back"] = DeviceFault.WordGoesBack,
        ["word-is-garbage"] = DeviceFault.WordIsGarbage,
        ["late-write"] = DeviceFault.LateWrite,
        ["engine-death"] = DeviceFault.EngineDeath,
    };

    /// <summary>All names.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. s_device.Keys, Killed, Stopped, HostStopped];

    /// <summary>Plays one fault with jobs in flight, and judges all of them.</summary>
    internal static void Play(string fault, ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        uint jobs = 1 + on.Random.Next(8);
        EndSet others = fault switch
        {
            Killed => EndSet.Signaled | EndSet.Lost,
            _ => EndSet.Signaled,
        };
        on.Emit(on.Innocent, jobs, others);
        switch (fault)
        {
            case Killed:
                on.Emit(on.Steady, jobs, others, most: 2_000_000);
                on.Gpu.Kill();
                break;
            case Stopped:
                on.Emit(on.Steady, jobs, others);
                on.Gpu.Suspend();
                on.Emit(on.Innocent, jobs, others);
                Thread.Sleep((int)on.Random.Next(30));
                on.Gpu.Continue();
                break;
            case HostStopped:
                on.Emit(on.Quick, 1, others, most: 1);
                on.Book.Emit(on.Quick, new RingCommand { DurationNanoseconds = 20_000_000 }, others | EndSet.TimedOut);
                StopHost();
                break;
            default:
                Play(s_device[fault], on, jobs, row);
                on.Emit(on.Innocent, jobs, others);
                break;
        }

        on.Book.End(row);
        on.Gpu.Inject(0, DeviceFault.None); // an engine that came too late for the fault's own job must not act it out on another's
        on.Probe(row);
    }

    private static void Play(DeviceFault fault, ScenarioStage on, uint jobs, ScenarioRow row)
    {
        bool hangs = fault is DeviceFault.Hang or DeviceFault.LateWrite or DeviceFault.EngineDeath;
        bool breaks = fault is DeviceFault.WordJumps or DeviceFault.WordGoesBack or DeviceFault.WordIsGarbage;
        on.Gpu.Inject(0, fault, TimeSpan.FromMilliseconds(fault is DeviceFault.Slow or DeviceFault.LateInterrupt ? 5 : 0));
        EndSet allowed = hangs ? EndSet.TimedOut : breaks ? EndSet.Lost | EndSet.Signaled : EndSet.Signaled;

        // The fault meets the first job; what comes behind it on that ring shares its end, or comes after the recovery.
        on.Emit(hangs ? on.Quick : on.Steady, 1, breaks ? EndSet.Lost : allowed);
        if (breaks)
        {
            on.Book.End(row); // nothing behind it: a right word over the wrong one, and the poller would never see that
        }

        on.Emit(hangs ? on.Quick : on.Steady, jobs, hangs ? EndSet.TimedOut | EndSet.Signaled : allowed);
    }

    // Half a second of standstill; its watchdogs must not take it for a hang (fault 39). A shell does it: who stands still cannot go on by itself.
    private static void StopHost()
    {
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using Process shell = Process.Start("/bin/sh", ["-c", $"kill -STOP {pid}; sleep 0.5; kill -CONT {pid}"]);
        shell.WaitForExit();
    }
}
