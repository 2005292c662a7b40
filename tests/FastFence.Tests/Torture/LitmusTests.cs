using System.Text.Json;
using FastFence.Platform;
using FastFence.Torture.Litmuses;
using Xunit;

namespace FastFence.Tests.Torture;

/// <summary>The litmus on this machine, its verdicts, and what it says where it cannot run.</summary>
public sealed class LitmusTests
{
    private const int Many = (int)Litmus.FewestRounds;

    [Theory]
    [InlineData(1, 1, 0, Many, Verdict.Pass)]
    [InlineData(1, 1, 1, Many, Verdict.Violation)]
    [InlineData(0, 0, 1, 1, Verdict.Violation)]
    [InlineData(0, 1, 0, Many, Verdict.Inconclusive)]
    [InlineData(1, 0, 0, Many, Verdict.Inconclusive)]
    [InlineData(1, 1, 0, Many - 1, Verdict.Inconclusive)]
    internal void OnlyALiveDetectorAndACaughtTwinMakeAPass(int control, int twin, int engine, int rounds, Verdict verdict) =>
        Assert.Equal(verdict, Litmus.Judge(new PartResult(Many, control), new PartResult(Many, twin), new PartResult(rounds, engine)).Verdict);

    [Theory]
    [InlineData(Verdict.Pass, Verdict.Pass, Verdict.Pass)]
    [InlineData(Verdict.Pass, Verdict.Violation, Verdict.Violation)]
    [InlineData(Verdict.Unsupported, Verdict.Violation, Verdict.Violation)]
    [InlineData(Verdict.Pass, Verdict.Inconclusive, Verdict.Inconclusive)]
    [InlineData(Verdict.Unsupported, Verdict.Inconclusive, Verdict.Unsupported)]
    internal void TheWorstOfSeveralDecides(Verdict a, Verdict b, Verdict all)
    {
        Assert.Equal(all, Litmus.Overall([a, b]));
        Assert.Equal(all, Litmus.Overall([b, a]));
    }

    [Fact]
    public void NoResultAtAllIsNoPass() => Assert.Equal(Verdict.Inconclusive, Litmus.Overall([]));

    [Theory]
    [InlineData(Verdict.Pass, 0)]
    [InlineData(Verdict.Violation, 1)]
    [InlineData(Verdict.Inconclusive, 2)]
    [InlineData(Verdict.Unsupported, 3)]
    internal void EachVerdictHasItsExitCode(Verdict verdict, int code) =>
        Assert.Equal(code, new LitmusReport { Verdict = verdict }.ExitCode);

    [Fact]
    public void OnOneCoreItIsUnsupportedAndNeverAPass()
    {
        (int code, string output, JsonElement report) = TortureProcess.RunForReport("litmus", "--cores", "0");
        Assert.Equal(3, code);
        Assert.Contains("two cores", output, StringComparison.Ordinal);
        Assert.Equal("unsupported", report.GetProperty("verdict").GetString());
        Assert.Equal(3, TortureProcess.Run("litmus", "--cores", "0,0").Code);
    }

    [Fact]
    public void AProcessThatMayUseOneCoreOnlyIsUnsupportedToo()
    {
        const string Taskset = "/usr/bin/taskset";
        Assert.SkipUnless(File.Exists(Taskset), "taskset is not here");
        Assert.SkipUnless(Affinity.TryGetCurrent(out CoreSet cores), "this system has no affinity");
        int core = Enumerable.Range(0, CoreSet.Capacity).First(cores.Contains);
        Assert.Equal(3, TortureProcess.Start(Taskset, ["-c", $"{core}", TortureProcess.Dotnet, TortureProcess.Program, "litmus"]).Code);
    }

    [Fact]
    public void TooFewRoundsAreInconclusive()
    {
        SkipOnOneCore();
        Assert.Equal(2, TortureProcess.Run("litmus", "--rounds", "1", "--seconds", "0.5").Code);
    }

    [Fact]
    public void TheEnginesOwnStoreLoadPointsHoldOnThisMachine()
    {
        SkipOnOneCore();
        (int code, string output, JsonElement report) = TortureProcess.RunForReport("litmus", "--rounds", "20000", "--seconds", "20");
        Assert.True(code is 0 or 2, output);
        Assert.SkipWhen(code == 2, "inconclusive on this machine: " + output);
        Assert.Equal(LitmusList.All.Count, report.GetProperty("results").GetArrayLength());
    }

    [Theory]
    [InlineData("reader-enter")]
    [InlineData("reader-rest")]
    [InlineData("poller-sleep")]
    public void TheEngineWithoutItsBarrierIsAViolation(string name)
    {
        SkipOnOneCore();
        (int code, string output) = TortureProcess.Run("litmus", "--break", name, "--rounds", "1000000", "--seconds", "10");
        Assert.SkipWhen(code == 2 && output.Contains("0 missed", StringComparison.Ordinal), "this machine never reordered in the time given: " + output);
        Assert.True(code == 1, output);
    }

    private static void SkipOnOneCore() => Assert.SkipWhen(
        (Affinity.TryGetCurrent(out CoreSet cores) ? cores.Count : 1) < 2, "one core reorders nothing");
}
