using FastFence.Tool.Scenarios;
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

    [Theory]
    [InlineData("lost", "hang")]
    [InlineData("twice", "hang")]
    [InlineData("wrong-end", "hang")]
    [InlineData("left-over", "hang")]
    [InlineData("too-late", "kill")]
    [InlineData("wrong-bytes", "copy")]
    public void EachDetectorReportsWhatItIsThereFor(string kind, string scenario)
    {
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
