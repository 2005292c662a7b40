using System.Text.Json;
using FastFence.Torture.Aging;
using FastFence.Torture.Cli;
using FastFence.Torture.Reporting;
using FastFence.Torture.Runs;
using FastFence.Torture.Workloads;
using Xunit;

namespace FastFence.Tests.Torture;

/// <summary>Torture, shortly; and each of its detectors, which must see what is broken on purpose.</summary>
public sealed class TortureTests
{
    public static TheoryData<string, string> KindsSeenUnderLoad => [.. WorkloadList.All
        .SelectMany(static e => e.Kinds.Select(kind => (e.Name, kind)))
        .Where(static pair => pair.kind != LastReferenceWorkload.DestructorCount)];

    public static TheoryData<string, string> KindsSeenAtTheEnd =>
        [.. RunKinds.Breakable.Select(static kind => ("timestamps", kind)), ("last-reference", LastReferenceWorkload.DestructorCount)];

    [Fact]
    public void AShortRunIsCleanAndEveryWorkloadMakesRounds()
    {
        (int code, string output, JsonElement report) = TortureProcess.RunForReport("--seconds", "5", "--seed", "3");
        Assert.True(code == TortureExitCodes.Ok, output);
        Assert.Equal(0, report.GetProperty("violations").GetInt64());
        Assert.Equal(0, report.GetProperty("live_at_end").GetInt64());
        Assert.Equal(0, report.GetProperty("limbo_at_end").GetInt64());
        Assert.Equal(0, report.GetProperty("idle").GetArrayLength());
        Assert.Equal(WorkloadList.All.Count, report.GetProperty("workloads").GetArrayLength());
        long[] ages = [.. report.GetProperty("ages").EnumerateArray().Select(static a => a.GetInt64())];
        Assert.Equal(AgeBoard.Buckets, ages.Length);
        Assert.True(ages[0] > 0);
        Assert.All(ages[2..], static seen => Assert.Equal(0, seen));
        Assert.Contains("ok: no violations", output, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutSectionsTheSameLoadIsCaughtWithThreadAgeAndPoison()
    {
        (int code, string output, JsonElement report) = TortureProcess.RunForReport("--seconds", "8", "--unsafe");
        Assert.True(code == TortureExitCodes.Violations, output);
        Assert.True(report.GetProperty("violation_kinds").EnumerateObject().Count() >= 2, output);
        JsonElement[] sightings = [.. report.GetProperty("sightings").EnumerateArray()];
        Assert.All(sightings, static s => Assert.NotEqual(string.Empty, s.GetProperty("thread").GetString()));
        Assert.Contains(sightings, static s => s.GetProperty("age").ValueKind == JsonValueKind.Number && s.GetProperty("age").GetInt64() > 1);
        Assert.Contains(sightings, static s => s.GetProperty("poison").ValueKind == JsonValueKind.String);
        Assert.All(sightings.Where(static s => s.GetProperty("kind").GetString() == AgeKinds.Stale), static s =>
        {
            Assert.True(s.GetProperty("age").GetInt64() > 1);
            Assert.NotEqual(0, s.GetProperty("thread_id").GetInt64());
        });
    }

    [Theory]
    [MemberData(nameof(KindsSeenUnderLoad))]
    public void EachDetectorOfAWorkloadSeesWhatIsBrokenOnPurpose(string workload, string kind) => Breaks(workload, kind, 60);

    [Theory]
    [MemberData(nameof(KindsSeenAtTheEnd))]
    public void EachDetectorOfTheEndSeesWhatIsBrokenOnPurpose(string workload, string kind) => Breaks(workload, kind, 0.3);

    [Fact]
    public void NoTwoWorkloadsShareANameOrAKind()
    {
        Assert.Distinct(WorkloadList.All.Select(static e => e.Name));
        Assert.Distinct(WorkloadList.Kinds.Concat(RunKinds.Breakable));
        Assert.All(WorkloadList.All, static e => Assert.NotEmpty(e.Kinds));
    }

    [Fact]
    public void SilenceUnderUnsafeIsNoPass()
    {
        TortureReport report = new() { Options = new TortureOptions { Unsafe = true } };
        Assert.Equal(TortureExitCodes.Inconclusive, report.ExitCode);
        Assert.Contains("INCONCLUSIVE", TortureTable.Verdict(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only", "nothing")]
    [InlineData("--only", ",")]
    [InlineData("--break", "everything")]
    [InlineData("--seconds", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--minutes", "1", "--seconds", "1")]
    [InlineData("--seed", "x")]
    [InlineData("litmus", "--cores", "zero")]
    [InlineData("litmus", "--rounds", "0")]
    [InlineData("bogus")]
    internal void BadUsageIsRefusedAndNamesWhatWasWrong(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = TortureCommandLine.Invoke(args, new FastFence.Tool.Cli.Streams(output, error, false, false, 80));
        Assert.Equal(TortureExitCodes.Usage, code);
        Assert.Contains(args[0] == "litmus" ? args[1] : args[0], error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheListNamesEveryWorkloadAndItsFaults()
    {
        (int code, string output) = TortureProcess.Run("--list");
        Assert.Equal(TortureExitCodes.Ok, code);
        Assert.All(WorkloadList.All, e => Assert.Contains(e.Name, output, StringComparison.Ordinal));
    }

    private static void Breaks(string workload, string kind, double seconds)
    {
        TortureReport report;
        using (TortureRun run = new(new TortureOptions { Seconds = seconds, Only = [workload], Break = kind }))
        {
            report = run.Execute(TextWriter.Null, TestContext.Current.CancellationToken);
        }

        Assert.True(report.ViolationKinds.ContainsKey(kind), string.Join(", ", report.ViolationKinds.Keys));
        Assert.Equal(TortureExitCodes.Violations, report.ExitCode);
        Assert.Contains(report.Sightings, s => s.Kind == kind);
    }
}
