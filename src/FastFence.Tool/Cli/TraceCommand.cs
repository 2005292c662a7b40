using System.Globalization;
using FastFence.Platform;
using FastFence.Telemetry;
using FastFence.Tool.Attaching;
using FastFence.Tool.Conversions;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>trace</c>, and of <c>dump --pid</c>.</summary>
internal static class TraceCommand
{
    private const long ProgressNs = 1_000_000_000;
    private const int FewRecords = 1024; // so few in a look: the process is not busy, and neither should we be

    /// <summary>Traces for so long, writes the trace, says what is in it, and gives the exit code.</summary>
    internal static unsafe int Execute(TraceOptions options, ReportOutput output, CancellationToken stop)
    {
        int pid = TargetProcess.Find(options.Pid, ProcessTable.OfMachine);
        using RecorderMemory memory = RecorderMemory.Open(pid);
        RecordTap tap = new(memory.Area);
        tap.SkipToNow();
        output.Human.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tracing process {pid} for {options.Seconds} s"));
        Follow(tap, pid, options, output, stop);
        Write(tap, options.Output, options.Format, output.Human);
        return ExitCodes.Ok;
    }

    /// <summary>Writes what the recorder of a running process holds now.</summary>
    internal static unsafe int Dump(int? pid, string path, TraceFormat format, TextWriter human)
    {
        using RecorderMemory memory = RecorderMemory.Open(TargetProcess.Find(pid, ProcessTable.OfMachine));
        RecordTap tap = new(memory.Area);
        tap.Take();
        DumpCommand.SayCalls(RecordedCall.In(memory.Area), null, human);
        Write(tap, path, format, human);
        return ExitCodes.Ok;
    }

    private static void Write(RecordTap tap, string path, TraceFormat format, TextWriter human)
    {
        RecordedTrace trace = new();
        tap.AddTo(trace);
        OwnTrace.Write(trace, path, format, human);
        if (tap.Count == 0)
        {
            human.WriteLine("nothing was recorded: the process made no fences meanwhile, or its engines do not record (FenceEngine.Recording)");
        }
    }

    private static void Follow(RecordTap tap, int pid, TraceOptions options, ReportOutput output, CancellationToken stop)
    {
        long start = MonotonicClock.Nanoseconds;
        long end = start + (long)(options.Seconds * 1e9);
        long next = start + ProgressNs;
        while (true)
        {
            long taken = tap.Take();
            long now = MonotonicClock.Nanoseconds;
            if (now >= next || now >= end || tap.Count >= options.Records)
            {
                Say(tap, (now - start) / 1e9, output);
                next = now + ProgressNs;
            }

            if (tap.Count >= options.Records)
            {
                output.Human.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"full after {(now - start) / 1e9:0.000} s: {Units.Count(tap.Count)} records; --records takes more"));
                return;
            }

            if (now >= end || stop.IsCancellationRequested)
            {
                return;
            }

            if (taken < FewRecords && (stop.WaitHandle.WaitOne(1) || !Directory.Exists($"/proc/{pid}")))
            {
                tap.Take();
                output.Human.WriteLine(stop.IsCancellationRequested ? "stopped early" : $"process {pid} has ended");
                return;
            }
        }
    }

    private static void Say(RecordTap tap, double seconds, ReportOutput output)
    {
        output.Human.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{seconds,6:0.0} s  {Units.Count(tap.Count),12} records  {Units.Count(tap.Lost),10} lost"));
        output.Human.Flush();
    }
}
