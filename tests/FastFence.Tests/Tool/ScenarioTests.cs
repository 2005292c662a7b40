using FastFence.Tool.Scenarios;
using FastFence.Tool.Scenarios.Faults;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>torture</c> on a device process: short runs are clean, and each detector is live.</summary>
public sealed class ScenarioTests
{
    public ScenarioTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "a device process is Linux's");

    [Theory]
    [InlineData("kill", 2)] // fault 31
    [InlineData("hang", 3)] // faults 24, 25
    [InlineData("fuzz", 20)] // fault 32
    [InlineData("copy", 2_000)] // C14
    public void AShortScenarioEndsEveryFenceOnceAndLeavesNothing(string scenario, int count)
    {
        ScenarioReport report = Run(scenario, count);
        Assert.All(report.ViolationKinds.Keys, static k => Assert.StartsWith("too-late", k, StringComparison.Ordinal)); // a loaded machine's doing: times are not asserted
        Assert.True(report.Rows.Sum(static r => r.Signaled + r.TimedOut + r.DeviceLost) >= count);
    }

    [Theory]
    [InlineData("slow,lost-interrupt,late-interrupt,spurious-interrupt", 8)] // faults 13, 23
    [InlineData("word-jumps,word-goes-back,word-is-garbage", 6)] // fault 32
    [InlineData("late-write,engine-death,stopped", 3)] // faults 33, 39
    public void EachFaultOfAPlanHasTheOutcomeThatItAllows(string faults, int count)
    {
        ArgumentNullException.ThrowIfNull(faults);
        ScenarioReport report = new ScenarioRun(
            new ScenarioOptions { Scenario = "faults", Count = count, Faults = faults.Split(',') }, TestContext.Current.CancellationToken).Execute();
        Assert.True(report.IsClean, string.Join("; ", report.ViolationKinds));
        Assert.All(report.Rows, static r => Assert.NotEqual(0, r.Rounds));
    }

    // Kill, hang and the plans are above; 39 stops this whole process, so the short form of `torture` plays it.
    [Theory]
    [InlineData(23, 1)]
    [InlineData(25, 1)]
    [InlineData(26, 3)]
    [InlineData(27, 3)]
    [InlineData(28, 1)]
    [InlineData(34, 2)]
    [InlineData(40, 1)]
    [InlineData(43, 1)]
    public void AFaultIsPlayedByItsNumber(int fault, int count)
    {
        ScenarioReport report = Run($"fault-{fault}", count);
        Assert.SkipWhen(report.Skipped.Count != 0, string.Join("; ", report.Skipped.Values));
        Assert.True(report.IsClean, string.Join("; ", report.ViolationKinds));
        Assert.Equal(count, Assert.Single(report.Rows).Rounds);
    }

    [Fact]
    public void EveryFaultOfTheListHasAScenarioThatIsThereAndAPlanThatIsKnown()
    {
        Assert.Equal([13, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 39, 40, 43], ScenarioList.Faults.Select(static f => f.Number));
        foreach ((int number, _, string plan) in ScenarioList.Faults)
        {
            (IEnumerable<ScenarioEntry> entries, string found) = ScenarioList.Find($"fault-{number}");
            Assert.Single(entries);
            Assert.Equal(plan, found);
            Assert.All(plan.Split(',', StringSplitOptions.RemoveEmptyEntries), static f => Assert.Contains(f, FaultPlan.Names));
        }
    }

    [Theory]
    [InlineData("lost", "hang")]
    [InlineData("twice", "hang")]
    [InlineData("wrong-end", "hang")]
    [InlineData("left-over", "hang")]
    [InlineData("too-late", "kill")]
    [InlineData("wrong-bytes", "copy")]
    [InlineData("out-of-order", "fault-26")]
    [InlineData("unnoticed", "fault-28")]
    [InlineData("not-given-up", "fault-34")]
    [InlineData("device-left", "fault-40")]
    [InlineData("starved", "fault-43")]
    public void EachDetectorReportsWhatItIsThereFor(string kind, string scenario)
    {
        Assert.SkipWhen(kind == "unnoticed" && StalledPoller.Obstacle != null, StalledPoller.Obstacle ?? "");
        ScenarioReport report = Run(scenario, 1, kind);
        Assert.Contains(report.ViolationKinds, v => v.Key.StartsWith(kind, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryKindOfViolationThatCanBeProvokedIsProvokedHere() => Assert.Equal(
        ScenarioTally.Kinds.Order(StringComparer.Ordinal),
        typeof(ScenarioTests).GetMethod(nameof(EachDetectorReportsWhatItIsThereFor))!.GetCustomAttributesData()
            .Where(static a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(static a => (string)((System.Collections.ObjectModel.ReadOnlyCollection<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value!)
            .Order(StringComparer.Ordinal));

    private static ScenarioReport Run(string scenario, int count, string? broken = null) =>
        new ScenarioRun(new ScenarioOptions { Scenario = scenario, Count = count, Break = broken }, TestContext.Current.CancellationToken).Execute();
}
