using System.Text.Json;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The JSON that scripts rely on.</summary>
public class ReportJsonTests
{
    private static readonly string[] s_numbers =
    [
        "fences_signaled", "fences_created", "callbacks_run", "waits_completed", "names_read", "names_read_pending", "describes",
        "exporters_opened", "exporters_closed", "seconds", "fences_per_second", "callbacks_per_second", "waits_per_second",
        "names_per_second", "managed_bytes", "managed_bytes_per_fence", "live_at_end", "limbo_at_end", "violations", "stale_refused",
        "pid",
    ];

    [Fact]
    public void EveryFigureOfARunIsANumber()
    {
        JsonElement json = Parse(Samples.Run());
        AssertNumbers(json, [.. s_numbers, "seed"]);
        AssertNumbers(json.GetProperty("retire_latency_ns"), ["p50", "p99", "p999", "max", "count"]);
        AssertNumbers(json.GetProperty("retire_latency_ns").GetProperty("buckets")[0], ["from_ns", "to_ns", "count"]);
        AssertNumbers(json.GetProperty("grace_period_ns"), ["p50", "p99", "p999", "max", "count"]);
        AssertNumbers(json.GetProperty("series")[0], ["second", "fences", "callbacks", "waits", "names", "limbo", "live"]);
        AssertNumbers(json.GetProperty("options"), ["seconds", "engines", "exporters", "timelines", "submitters", "observers", "seed"]);
        Assert.Equal("none", json.GetProperty("options").GetProperty("break").GetString());
        Assert.Equal(ulong.MaxValue, json.GetProperty("seed").GetUInt64());
        Assert.Equal(JsonValueKind.False, json.GetProperty("interrupted").ValueKind);
        Assert.Equal(2_561_728, json.GetProperty("fences_per_second").GetDouble());
    }

    [Fact]
    public void EveryFigureOfAReplayIsANumber()
    {
        JsonElement json = Parse(Samples.Replay());
        AssertNumbers(json, [.. s_numbers, "jobs", "fences", "retired_by_poller", "order_violations", "gaps_total", "vblank_rows", "run_rows",
            "rows_without_signal"]);
        AssertNumbers(json.GetProperty("deviation_ns"), ["p50", "p99", "max"]);
        AssertNumbers(json.GetProperty("contexts")[0], ["context", "fences", "order_violations", "gaps", "nops"]);
        Assert.Equal("jobs", json.GetProperty("form").GetString());
        Assert.Equal("max", json.GetProperty("speed").GetString());
        Assert.Equal("a.csv", json.GetProperty("capture").GetString());
    }

    [Fact]
    public void ViolationsAreTheSumOfTheirKinds()
    {
        RunReport report = Samples.Run();
        report.AddViolations("wrong-name", 2);
        report.AddViolations("late-read", 1);
        report.AddViolations("unseen", 0);
        JsonElement json = Parse(report);
        Assert.Equal(3, json.GetProperty("violations").GetInt64());
        Assert.Equal(["late-read", "wrong-name"], json.GetProperty("violation_kinds").EnumerateObject().Select(static p => p.Name));
    }

    [Fact]
    public void ARunOfNoTimeAndNoFencesHasRatesOfZero()
    {
        JsonElement json = Parse(new RunReport { Options = new() });
        Assert.Equal(0, json.GetProperty("fences_per_second").GetDouble());
        Assert.Equal(0, json.GetProperty("managed_bytes_per_fence").GetDouble());
    }

    [Fact]
    public void AContextCountsGapsNopsAndBackwardSteps()
    {
        ContextReport row = Assert.Single(Samples.Replay().Contexts);
        Assert.Equal(new ContextReport(0, "gfx", "amdgpu", 5, 1, 1, 2), row);
    }

    [Fact]
    public void ASeqnoThatWrapsIsNeitherGapNorBackwardStep()
    {
        ContextLedger ledger = new();
        ledger.Signaled(1, "t", "d", ulong.MaxValue);
        ledger.Signaled(1, "t", "d", 0);
        Assert.Equal(new ContextReport(1, "t", "d", 2, 0, 0, 0), Assert.Single(ledger.ToReports()));
    }

    private static JsonElement Parse(Report report)
    {
        using JsonDocument document = JsonDocument.Parse(ReportJson.Write(report));
        return document.RootElement.Clone();
    }

    private static void AssertNumbers(JsonElement json, string[] names) =>
        Assert.All(names, name => Assert.Equal(JsonValueKind.Number, json.GetProperty(name).ValueKind));
}
