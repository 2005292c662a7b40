using FastFence.Tool.Captures;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The command line up to the verbs' actions, which are stand-ins here.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private RunOptions? _run;
    private ReplayOptions? _replay;
    private Capture? _capture;
    private AwaitDemoOptions? _awaitDemo;
    private SignalDemoOptions? _signalDemo;
    private UnloadDemoOptions? _unloadDemo;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "-1")]
    [InlineData("--seconds", "NaN")]
    [InlineData("--seconds", "Infinity")]
    [InlineData("--seconds", "1e400")]
    [InlineData("--seconds", "1e3")]
    [InlineData("--seconds", "86401")]
    [InlineData("--seconds", "abc")]
    [InlineData("--seconds", "0,5")]
    [InlineData("--engines", "0")]
    [InlineData("--engines", "17")]
    [InlineData("--exporters", "0")]
    [InlineData("--timelines", "1025")]
    [InlineData("--submitters", "0")]
    [InlineData("--observers", "-1")]
    [InlineData("--observers", "99999999999")]
    [InlineData("--seed", "-1")]
    [InlineData("--seed", "18446744073709551616")]
    [InlineData("--json", "")]
    [InlineData("--break", "everything")]
    [InlineData("--poller", "none")]
    [InlineData("--gc-load", "-5")]
    public void ABadValueIsRefusedByTheNameOfItsOption(string option, string value)
    {
        Assert.Equal(ExitCodes.Usage, Invoke("run", option, value));
        Assert.Contains(option, _error.ToString(), StringComparison.Ordinal);
        Assert.Null(_run);
    }

    [Theory]
    [InlineData("--speed", "0")]
    [InlineData("--speed", "NaN")]
    [InlineData("--speed", "Max")]
    [InlineData("--speed", "-1")]
    public void ABadSpeedIsRefused(string option, string value)
    {
        Assert.Equal(ExitCodes.Usage, Invoke("replay", Good(), option, value));
        Assert.Contains(option, _error.ToString(), StringComparison.Ordinal);
        Assert.Null(_replay);
    }

    [Theory]
    [InlineData]
    [InlineData("rnu")]
    [InlineData("run", "extra")]
    [InlineData("run", "--bogus", "1")]
    [InlineData("run", "--seconds")]
    [InlineData("run", "--seconds", "1", "--seconds", "2")]
    [InlineData("replay")]
    [InlineData("replay", "a.csv", "b.csv")]
    [InlineData("doctor", "--seconds", "1")]
    [InlineData("demo")]
    [InlineData("demo", "sleep")]
    [InlineData("demo", "await", "--awaits", "0")]
    [InlineData("demo", "await", "--timelines", "1")]
    [InlineData("demo", "await", "--pool-threads", "0")]
    [InlineData("demo", "await", "--break", "everything")]
    [InlineData("demo", "signals", "--signals", "0")]
    [InlineData("demo", "signals", "--signals", "3", "--sleepers", "4")]
    [InlineData("demo", "unload", "--rounds", "0")]
    [InlineData("demo", "unload", "--held", "5")]
    [InlineData("demo", "unload", "--break", "everything")]
    [InlineData("await")]
    public void BadUsageIsExitCodeOneWithAMessage(params string[] args)
    {
        Assert.Equal(ExitCodes.Usage, Invoke(args));
        Assert.NotEmpty(_error.ToString());
    }

    [Fact]
    public void OptionsReachTheRun()
    {
        Assert.Equal(0, Invoke("run", "--seconds", "0.5", "--engines", "3", "--exporters", "4", "--timelines", "5", "--submitters", "6",
            "--observers", "0", "--seed", "18446744073709551615", "--break", "wrong-name"));
        Assert.Equal(new RunOptions
        {
            Seconds = 0.5,
            Engines = 3,
            Exporters = 4,
            Timelines = 5,
            Submitters = 6,
            Observers = 0,
            Seed = ulong.MaxValue,
            Break = BreakKind.WrongName,
        }, _run);
        Assert.Equal($"pid {Environment.ProcessId}", _out.ToString().Split('\n')[0]);
    }

    [Fact]
    public void OptionsReachTheDemoOfAwaiting()
    {
        Assert.Equal(0, Invoke("demo", "await", "--timelines", "2", "--awaits", "3", "--rounds", "4", "--warm-up", "0", "--pool-threads", "5",
            "--limit", "6.5", "--break", "garbage"));
        Assert.Equal(new AwaitDemoOptions
        {
            Timelines = 2,
            Awaits = 3,
            Rounds = 4,
            WarmUp = 0,
            PoolThreads = 5,
            Limit = 6.5,
            Break = AwaitDemoBreak.Garbage,
        }, _awaitDemo);
    }

    [Fact]
    public void OptionsReachTheDemoOfSignals()
    {
        Assert.Equal(0, Invoke("demo", "signals", "--signals", "3", "--sleepers", "3"));
        Assert.Equal(new SignalDemoOptions { Signals = 3, Sleepers = 3 }, _signalDemo);
    }

    [Fact]
    public void OptionsReachTheDemoOfUnloading()
    {
        Assert.Equal(0, Invoke("demo", "unload", "--rounds", "2", "--observers", "3", "--fences", "8", "--held", "1", "--limit", "6.5", "--break", "stuck-reader"));
        Assert.Equal(new UnloadDemoOptions { Rounds = 2, Observers = 3, Fences = 8, Held = 1, Limit = 6.5, Break = UnloadDemoBreak.StuckReader }, _unloadDemo);
    }

    [Fact]
    public void BadUsageOfADemoPointsAtItsOwnHelp()
    {
        Assert.Equal(ExitCodes.Usage, Invoke("demo", "await", "--rounds", "0"));
        Assert.Contains("'fastfence demo await --help'", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutOptionsTheDefaultsReachTheRun()
    {
        Assert.Equal(0, Invoke("run"));
        Assert.Equal(new RunOptions(), _run);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("0.25", 0.25)]
    [InlineData("max", double.PositiveInfinity)]
    public void SpeedAndCaptureReachTheReplay(string speed, double factor)
    {
        Assert.Equal(0, Invoke("replay", Good(), "--speed", speed));
        Assert.Equal(factor, _replay!.Speed.Factor);
        Assert.Equal(2, _capture!.Jobs.Length);
    }

    [Fact]
    public void ABadCaptureIsRefusedBeforeTheReplayStarts()
    {
        string path = Write("bad.csv", CaptureText.Jobs(CaptureText.JobRows[0], "x"));
        Assert.Equal(ExitCodes.Usage, Invoke("replay", path));
        Assert.Equal($"fastfence: {path}:3: column 2 'timeline': found the end of the line, expected 13 columns\n", _error.ToString());
        Assert.Null(_replay);
    }

    [Fact]
    public void HelpHasExamplesAndExitCodes()
    {
        Assert.Equal(0, Invoke("run", "--help"));
        Assert.Contains("Examples:", _out.ToString(), StringComparison.Ordinal);
        Assert.Contains("Exit codes:", _out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--break", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AJsonPathThatCannotBeWrittenStopsTheRunBeforeItStarts()
    {
        Assert.Equal(ExitCodes.Usage, Invoke("run", "--json", Path.Combine(_folder, "no", "out.json")));
        Assert.Equal(ExitCodes.Usage, Invoke("run", "--json", _folder));
        Assert.Contains("--json", _error.ToString(), StringComparison.Ordinal);
        Assert.Null(_run);
    }

    [Fact]
    public void TheJsonFileAppearsWholeAndAlone()
    {
        string path = Path.Combine(_folder, "out.json");
        Assert.Equal(0, Invoke("run", "--json", path));
        Assert.Equal(ReportJson.Write(Samples.Run()), File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void TheJsonOfALinkedFileKeepsTheLink()
    {
        string path = Write("real.json", "old"), link = Path.Combine(_folder, "link.json");
        File.CreateSymbolicLink(link, path);
        Assert.Equal(0, Invoke("run", "--json", link));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.StartsWith("{", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void WithJsonOnStandardOutputPeopleReadStandardError()
    {
        Assert.Equal(0, Invoke("run", "--json", "-"));
        Assert.Equal(ReportJson.Write(Samples.Run()), _out.ToString());
        Assert.StartsWith("pid ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("ok: no violations", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    public void AViolationOrALostFenceIsExitCodeTwo(long violations, long live, long limbo)
    {
        RunReport report = Samples.Run();
        report.AddViolations("any", violations);
        report.LiveAtEnd = live;
        report.LimboAtEnd = limbo;
        Assert.Equal(ExitCodes.Violations, ExitCodes.For(report));
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException), ExitCodes.Internal)]
    [InlineData(typeof(IOException), ExitCodes.Machine)]
    public void AnExceptionOfAVerbIsNeverBadUsage(Type type, int code)
    {
        Verbs verbs = Verbs() with { Doctor = (_, _, _) => throw (Exception)Activator.CreateInstance(type)! };
        Assert.Equal(code, CommandLine.Invoke(["doctor"], Streams(), verbs));
    }

    private int Invoke(params string[] args) => CommandLine.Invoke(args, Streams(), Verbs());

    private Streams Streams() => new(_out, _error, false, false, 80);

    private Verbs Verbs() => new(
        (options, output, _) =>
        {
            _run = options;
            return output.Publish(Samples.Run());
        },
        (options, capture, _, _) =>
        {
            (_replay, _capture) = (options, capture);
            return 0;
        },
        (_, _, _) => 0,
        (options, _, _) =>
        {
            _awaitDemo = options;
            return 0;
        },
        (options, _, _) =>
        {
            _signalDemo = options;
            return 0;
        },
        (options, _, _) =>
        {
            _unloadDemo = options;
            return 0;
        });

    private string Good() => Write("good.csv", CaptureText.Jobs(CaptureText.JobRows));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
