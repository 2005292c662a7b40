using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastFence.Tests.Memory;
using FastFence.Tests.Tool;
using FastFence.Tool.Captures;
using FastFence.Tool.Cli;
using Xunit;
using Capture = FastFence.Tool.Captures.Capture;

namespace FastFence.Tests.Telemetry;

/// <summary><c>fastfence trace</c> and <c>dump --pid</c> of a <c>fastfence run</c> in a process of its own, read by the real tools.</summary>
public sealed partial class RunningTraceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void EachFormatOfARunningProcessHasEveryNameAndNumberRight()
    {
        string pid = Start("--seconds", "300");
        List<Seen> text = [.. Lines(ForeignTool.Read("trace-cmd", "trace-cmd", null, "report", "-i", Trace(pid, "trace.dat"))).Select(FenceLine).Where(static m => m.Success)
            .Select(static m => new Seen(m.Groups["event"].Value, m.Groups["driver"].Value, m.Groups["timeline"].Value, Number(m.Groups["context"]), Number(m.Groups["seqno"])))];
        Check(text, "init", "emit", "signaled", "destroy");
        Check(DecodeRaw(Trace(pid, "trace.pftrace")), "414", "415", "416");
        Check(FromJson(Trace(pid, "trace.json")), "b", "e");
        Check([.. Capture.Load(Trace(pid, "trace.csv")).Events.Where(static e => e.Kind == CaptureEventKind.Signal)
            .Select(static e => new Seen("signaled", e.Driver, e.Timeline, e.Context, e.Seqno))], "signaled");
        Assert.Equal(ExitCodes.Ok, Invoke("dump", "--pid", pid, "-o", Path.Combine(_folder, "dump.json")));
        Check(FromJson(Path.Combine(_folder, "dump.json")), "b", "e");
    }

    [Fact]
    public void ARecorderInAFileIsReadToo()
    {
        string pid = Start("--seconds", "300", "--record-file", Path.Combine(_folder, "run.ffrec"));
        Check(FromJson(Trace(pid, "trace.json")), "b", "e");
    }

    [Fact]
    public void AProcessThatRecordsNothingIsToldFromOneThatHasNoFastFence()
    {
        string pid = Start("--seconds", "300", "--record", "off");
        Assert.Equal(ExitCodes.Usage, Attempt(pid, "trace.dat", until: "records nothing"));
        Assert.Contains($"process {pid} has FastFence but records nothing", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void FileAndProcessTogetherAreRefused()
    {
        Assert.Equal(ExitCodes.Usage, Invoke("dump", "a.ffrec", "--pid", "1", "-o", Path.Combine(_folder, "a.dat")));
        Assert.Contains("give one of them", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("driver-00000000000000007", "timeline-000000000080001", 3)]
    [InlineData("detached-driver", "signaled-timeline", 3)]
    [InlineData("driver-00000000000000007", "timeline-000000000070001", 2)]
    public void AWrongNameOrOrderIsFound(string driver, string timeline, ulong seqno)
    {
        Seen[] good = [new("signaled", "driver-00000000000000007", "timeline-000000000070000", 5, 1), new("signaled", "driver-00000000000000007", "timeline-000000000070000", 5, 2)];
        Check([.. good], "signaled");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check([.. good, new Seen("signaled", driver, timeline, 5, seqno)], "signaled"));
    }

    private sealed record Seen(string Event, string Driver, string Timeline, ulong Context, ulong Seqno);

    // The names of a run say whose they are: timeline 70001 is driver 7's second. A context has one of each, and its fences signal once, in order.
    private static void Check(List<Seen> all, params string[] events)
    {
        Assert.Superset(events.ToHashSet(), all.Select(static s => s.Event).ToHashSet());
        foreach (Seen s in all)
        {
            Assert.Matches(@"^driver-\d{17}$", s.Driver);
            Assert.Matches(@"^timeline-\d{15}$", s.Timeline);
            Assert.Equal(long.Parse(s.Driver.AsSpan(7), CultureInfo.InvariantCulture), long.Parse(s.Timeline.AsSpan(9), CultureInfo.InvariantCulture) / 10_000);
        }

        foreach (IGrouping<ulong, Seen> context in all.GroupBy(static s => s.Context))
        {
            Assert.Single(context.Select(static s => (s.Driver, s.Timeline)).Distinct());
            ulong last = 0;
            foreach (Seen s in context.Where(static s => s.Event is "signaled" or "416"))
            {
                Assert.True(s.Seqno > last, $"context {s.Context}: {s.Seqno} signaled after {last}");
                last = s.Seqno;
            }
        }
    }

    private string Trace(string pid, string name)
    {
        Assert.True(Attempt(pid, name, until: null) == ExitCodes.Ok, _error.ToString());
        return Path.Combine(_folder, name);
    }

    // It takes a moment until the run has its engine and has recorded something.
    private int Attempt(string pid, string name, string? until)
    {
        int code = 0;
        Until.Holds(
            () =>
            {
                _error.GetStringBuilder().Clear();
                _out.GetStringBuilder().Clear();
                code = Invoke("trace", "--pid", pid, "--seconds", "0.4", "--records", "60000", "-o", Path.Combine(_folder, name));
                return !IsTooEarly(code, until);
            },
            $"{name} of a run with an engine");
        return code;
    }

    private bool IsTooEarly(int code, string? until)
    {
        string error = _error.ToString();
        return error.Contains("no engine runs", StringComparison.Ordinal) || error.Contains("no diagnostics port", StringComparison.Ordinal)
            || (until == null && error.Contains("records nothing", StringComparison.Ordinal))
            || (code == ExitCodes.Ok && _out.ToString().Contains("nothing was recorded", StringComparison.Ordinal));
    }

    private string Start(params string[] options)
    {
        Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll"), "run", .. options]) { RedirectStandardOutput = true })!;
        _processes.Add(process);
        string first = process.StandardOutput.ReadLine()!;
        _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken); // or its progress lines would fill the pipe
        return first["pid ".Length..];
    }

    private int Invoke(params string[] arguments) => CommandLine.Invoke(arguments, new Streams(_out, _error, false, false, 80), Verbs.Built);

    private static string[] Lines(string text) => text.Split('\n');

    private static ulong Number(Group group) => ulong.Parse(group.Value, CultureInfo.InvariantCulture);

    private static Match FenceLine(string line) => Fence().Match(line);

    private static List<Seen> FromJson(string path)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. json.RootElement.GetProperty("traceEvents").EnumerateArray().Where(static e => e.GetProperty("args").TryGetProperty("driver", out _)).Select(static e =>
        {
            JsonElement args = e.GetProperty("args");
            return new Seen(e.GetProperty("ph").GetString()!, args.GetProperty("driver").GetString()!, args.GetProperty("timeline").GetString()!,
                ulong.Parse(args.GetProperty("context").GetString()!, CultureInfo.InvariantCulture), ulong.Parse(args.GetProperty("seqno").GetString()!, CultureInfo.InvariantCulture));
        })];
    }

    // By field numbers alone: an ftrace event holds a fence event (414 to 418) with context 1, driver 2, seqno 3, timeline 4.
    private static List<Seen> DecodeRaw(string path) =>
    [
        .. RawFence().Matches(ForeignTool.Read("protoc", "protobuf-compiler", path, "--decode_raw")).Select(static m =>
            new Seen(m.Groups["event"].Value, m.Groups["driver"].Value, m.Groups["timeline"].Value, Number(m.Groups["context"]), Number(m.Groups["seqno"]))),
    ];

    [GeneratedRegex(@"dma_fence_(?<event>\w+): +driver=(?<driver>.+) timeline=(?<timeline>.+) context=(?<context>\d+) seqno=(?<seqno>\d+)$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<event>41[4-8]) \{\s+1: (?<context>\d+)\s+2: ""(?<driver>[^""]*)""\s+3: (?<seqno>\d+)\s+4: ""(?<timeline>[^""]*)""\s+\}")]
    private static partial Regex RawFence();
}
