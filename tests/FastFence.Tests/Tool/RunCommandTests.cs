using System.Text.Json;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Short runs of the real load in this process.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void AShortRunIsCleanAndItsFiguresAreSane()
    {
        JsonElement report = default;
        for (int attempt = 0; attempt < 6; attempt++)
        {
            (int code, report) = Run(new RunOptions { Seconds = 1.5 });
            Assert.True(code == ExitCodes.Ok, _out.ToString());
            if (Number(report, "callbacks_run") > 0 && Number(report, "waits_completed") > 0 && Number(report, "describes") > 0)
            {
                break; // a loaded machine may starve the observers for one run, not for all
            }
        }

        Assert.InRange(Number(report, "fences_signaled"), 1_000, long.MaxValue);
        Assert.InRange(Number(report, "callbacks_run"), 1, long.MaxValue);
        Assert.InRange(Number(report, "waits_completed"), 1, long.MaxValue);
        Assert.InRange(Number(report, "describes"), 1, long.MaxValue);
        Assert.InRange(Number(report, "exporters_closed"), 1, long.MaxValue);
        Assert.InRange(Number(report, "names_read"), Number(report, "fences_signaled") / 100, long.MaxValue);
        Assert.InRange(Number(report, "names_read_pending"), Number(report, "names_read") / 2, Number(report, "names_read"));
        Assert.Equal(0, Number(report, "violations"));
        Assert.Equal(0, Number(report, "live_at_end"));
        Assert.Equal(0, Number(report, "limbo_at_end"));
        JsonElement retire = report.GetProperty("retire_latency_ns");
        Assert.InRange(Number(retire, "p50"), 1, 1_000_000_000);
        Assert.InRange(Number(retire, "max"), Number(retire, "p999"), long.MaxValue);
        Assert.InRange(Number(report.GetProperty("grace_period_ns"), "count"), 1, long.MaxValue);
        Assert.Equal(2, report.GetProperty("series").GetArrayLength());
    }

    [Fact]
    public void ManyThreadsOnFewDriversAreCleanToo()
    {
        (int code, _) = Run(new RunOptions { Seconds = 0.6, Engines = 3, Exporters = 3, Timelines = 9, Submitters = 3, Observers = 3 });
        Assert.True(code == ExitCodes.Ok, _out.ToString());
    }

    [Fact]
    public void ARunWithoutObserversIsClean()
    {
        (int code, JsonElement report) = Run(new RunOptions { Seconds = 0.3, Observers = 0 });
        Assert.True(code == ExitCodes.Ok, _out.ToString());
        Assert.Equal(0, Number(report, "callbacks_run"));
    }

    [Theory]
    [InlineData(BreakKind.DropCallback, "callback-lost")]
    [InlineData(BreakKind.SignalTwice, "signaled-twice")]
    [InlineData(BreakKind.LeakFence, "leaked-fence")]
    [InlineData(BreakKind.WrongName, "wrong-name")]
    [InlineData(BreakKind.ReadLate, "late-read")]
    internal void EachProtectionBrokenOnceIsFoundAndNamed(BreakKind broken, string kind)
    {
        (int code, JsonElement report) = Run(new RunOptions { Seconds = 0.4, Break = broken });
        Assert.Equal(ExitCodes.Violations, code);
        JsonProperty found = Assert.Single(report.GetProperty("violation_kinds").EnumerateObject());
        Assert.Equal(kind, found.Name);
        Assert.Contains(kind, _out.ToString(), StringComparison.Ordinal);
        Assert.Equal(broken == BreakKind.LeakFence ? 1 : 0, Number(report, "live_at_end"));
    }

    [Fact]
    public void AStopSignalEndsTheRunEarlyAndCleanly()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(600));
        (int code, JsonElement report) = Run(new RunOptions { Seconds = 600 }, stop.Token);
        Assert.True(code == ExitCodes.Ok, _out.ToString());
        Assert.True(report.GetProperty("interrupted").GetBoolean());
        Assert.Contains("stopped early", _out.ToString(), StringComparison.Ordinal);
    }

    private static long Number(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private (int Code, JsonElement Report) Run(RunOptions options, CancellationToken stop = default)
    {
        string path = Path.Combine(_folder, "out.json");
        Streams streams = new(_out, _error, OutIsTerminal: false, ErrorIsTerminal: false, ProgressLine.MaxWidth);
        int code = RunCommand.Execute(options with { Json = path }, ReportOutput.Open(path, streams), stop);
        return (code, JsonDocument.Parse(File.ReadAllText(path)).RootElement);
    }
}
