using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FastFence.Torture.Aging;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Fault 1 with teeth: a child process in which the pages of freed objects are inaccessible. It is judged by how it ends: by itself,
/// or by a signal; who read what, and how old that was, stands on the board that it leaves behind.
/// </summary>
internal sealed class PagesWorkload : Workload
{
    internal const string LateFault = "late-fault";
    internal const string ChildFailed = "child-failed";

    private const int SignalBase = 128; // a process ended by signal n has exit code 128 + n
    private const int Abort = 6;
    private const int BusError = 7;
    private const int SegmentationFault = 11;

    private readonly Dictionary<int, long> _ends = [];

    // Of the runtime that runs us, three folders up from it: this program may be hosted by a test, and PATH may name another.
    private static string Host => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    internal PagesWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) => Bodies = [RunChildren];

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        foreach ((int code, long count) in _ends)
        {
            Counters[code > SignalBase ? $"children_ended_by_signal_{code - SignalBase}" : $"children_ended_with_{code}"] = count;
        }
    }

    // Several children one after the other, so that there is a round well before the end.
    private void RunChildren()
    {
        double slice = Math.Clamp(Run.Options.Seconds / 4, 0.5, 20);
        string path = Path.Combine(Path.GetTempPath(), $"fastfence-board-{Environment.ProcessId}");
        try
        {
            while (!Run.IsStopped)
            {
                using AgeBoard board = new(path, create: true);
                using Process child = Start(slice, path);
                string said = child.StandardError.ReadToEnd();
                child.WaitForExit();
                _ends[child.ExitCode] = _ends.GetValueOrDefault(child.ExitCode) + 1;
                JudgeEnd(child.ExitCode, board, said);
                EndRound();
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private Process Start(double seconds, string path)
    {
        ProcessStartInfo start = new(Host) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add(typeof(PagesWorkload).Assembly.Location);
        List<string> args =
        [
            "late-reader", "--board", path, "--seconds", seconds.ToString("0.###", CultureInfo.InvariantCulture),
            "--seed", (Run.Options.Seed + (ulong)Rounds).ToString(CultureInfo.InvariantCulture),
        ];
        if (Run.Options.Unsafe)
        {
            args.Add("--unsafe");
        }

        if (Breaks(LateFault))
        {
            args.Add("--late");
        }

        if (Breaks(ChildFailed))
        {
            args.Add("--no-such-option");
        }

        args.ForEach(start.ArgumentList.Add);
        Process child = Process.Start(start) ?? throw new IOException($"'{Host}' could not be started");
        child.StandardInput.Close();
        return child;
    }

    private void JudgeEnd(int code, AgeBoard board, string said)
    {
        bool fault = code is SignalBase + SegmentationFault or SignalBase + BusError
            || (code == SignalBase + Abort && said.Contains("AccessViolation", StringComparison.Ordinal));
        if (fault)
        {
            ReportLate(code - SignalBase, board);
        }
        else if (code != 0 && !(Run.IsStopped && code is SignalBase + 2 or SignalBase + 15))
        {
            Report(ChildFailed, $"the child ended with {code}: {said.Trim()}");
        }
    }

    // Readers that are late read a freed object; who is not in one has nothing to do with it.
    private void ReportLate(int signal, AgeBoard board)
    {
        string how = string.Create(CultureInfo.InvariantCulture, $"inaccessible page, signal {signal}");
        bool found = false;
        for (int reader = 0; reader < AgeBoard.Readers; reader++)
        {
            long index = board.Reading(reader) - 1;
            if (index >= 0 && board.Age((int)index) == AgeBoard.Freed)
            {
                found = true;
                Run.Ledger.Report(LateFault, Entry.Name, $"the child read freed object {index}", $"reader {reader} of the child",
                    (int)board.ThreadId(reader), AgeBoard.Freed, how);
            }
        }

        if (!found)
        {
            Run.Ledger.Report(LateFault, Entry.Name, "the child died while reading; its page came back before we looked", "child", 0, null, how);
        }
    }
}
