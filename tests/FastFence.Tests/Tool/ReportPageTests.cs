using System.Text.RegularExpressions;
using FastFence.Tool.Cli;
using FastFence.Tool.Pages;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>fastfence report</c>: what stands on the page, and what is refused.</summary>
public sealed partial class ReportPageTests : IDisposable
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
    public void WhatTheJsonSaysIsReadBackWhole()
    {
        RunReport report = SampleRun.Make();
        report.AddViolations("wrong-name", 2);
        string json = ReportJson.Write(report);
        Assert.Equal(json, ReportJson.Write(ReportJson.ReadRun(System.Text.Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void EveryFigureOfTheRunStandsOnThePage()
    {
        RunReport report = SampleRun.Make();
        report.AddViolations("wrong-name", 2);
        string page = ReportPage.Of(report, "run.json");
        Assert.Contains("violation: wrong-name: 2", page, StringComparison.Ordinal);
        foreach (SecondSample s in report.Series)
        {
            Assert.Contains(Units.Count(s.Fences), page, StringComparison.Ordinal);
            Assert.Contains(Units.Count(s.Limbo), page, StringComparison.Ordinal);
            Assert.Contains(Units.Time(s.GraceMaxNs), page, StringComparison.Ordinal);
        }

        foreach (TimelineLife life in report.Timelines)
        {
            Assert.Contains($"{life.Driver} {life.Timeline} context {life.Context}:", page, StringComparison.Ordinal);
            Assert.Contains($">{life.Row}<", page, StringComparison.Ordinal);
        }

        Assert.Equal(report.Timelines.Length, LifeBox().Count(page));
        Assert.Equal(report.RetireLatencyNs.Buckets.Length + report.GracePeriodNs.Buckets.Length, Bar().Count(page));
    }

    [Fact]
    public void ThePageFetchesNothing()
    {
        string page = ReportPage.Of(SampleRun.Make(), "run.json");
        Assert.Empty(Fetches(page));
        foreach (string bad in (string[])
            ["<script>1</script>", "<img src=a.png>", "<link rel=stylesheet>", "@import 'a'", "a { background: url(a) }", "<a href=\"https://x\">", "<iframe>"])
        {
            Assert.NotEmpty(Fetches(page + bad)); // the control
        }
    }

    [Fact]
    public void NamesOfTheFileAreTextAndNeverMarkup()
    {
        RunReport report = SampleRun.Make();
        report.Timelines = [new TimelineLife("<u>", 7, "<script>1</script>", "\"'&", 0, 1, 5)];
        string page = ReportPage.Of(report, "<i>.json");
        Assert.Empty(Fetches(page));
        Assert.DoesNotContain("<u>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunOfNothingHasAPageThatSaysSo()
    {
        string page = ReportPage.Of(new RunReport { Options = new RunOptions() }, "empty.json");
        Assert.Contains("No values were recorded.", page, StringComparison.Ordinal);
        Assert.Contains("The file names no timelines.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePageOfARealRunIsWrittenWhole()
    {
        string json = Path.Combine(_folder, "run.json"), html = Path.Combine(_folder, "report.html");
        Assert.Equal(ExitCodes.Ok, Invoke("run", "--seconds", "1.2", "--json", json));
        Assert.Equal(ExitCodes.Ok, Invoke("report", json, "-o", html));
        string page = File.ReadAllText(html);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        RunReport report = RunFile.Load(json);
        Assert.Equal(2, report.Series.Length);
        Assert.InRange(report.Series.Sum(static s => s.GracePeriods), 1, report.GracePeriodNs.Count);
        Assert.Contains(report.Timelines, static t => t.Fences > 0 && t.OpenedSeconds < 1.2 && t.ClosedSeconds > 0);
        Assert.Equal(report.Timelines.Length, report.Timelines.Select(static t => t.Context).Distinct().Count());
        Assert.Equal(report.Timelines.Length, LifeBox().Count(page));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json", "line 1, byte")]
    [InlineData("[1]", "JSON of something else")]
    [InlineData("{\"fences_signaled\":1,\"capture\":\"a.csv\"}", "the report of a replay")]
    [InlineData("{\"fences_signaled\":1,\"options\":{},\"seconds\":-1}", "seconds: found -1")]
    [InlineData("{\"fences_signaled\":\"x\",\"options\":{}}", "$.fences_signaled")]
    [InlineData("{\"fences_signaled\":1,\"options\":null}", "options")]
    [InlineData("{\"fences_signaled\":1,\"options\":{},\"series\":[{\"second\":2}]}", "series[0].second: found 2, expected 1")]
    [InlineData("{\"fences_signaled\":1,\"options\":{},\"series\":[{\"second\":1,\"limbo\":-4}]}", "series[0]: found -4")]
    [InlineData("{\"fences_signaled\":1,\"options\":{},\"retire_latency_ns\":{\"count\":3,\"buckets\":[{\"from_ns\":1,\"to_ns\":2,\"count\":2}]}}", "retire_latency_ns.count: found 3, expected 2")]
    [InlineData("{\"fences_signaled\":1,\"options\":{},\"grace_period_ns\":{\"count\":2,\"buckets\":[{\"from_ns\":5,\"to_ns\":4,\"count\":2}]}}", "grace_period_ns.buckets[0]")]
    public void AFileThatIsNoRunIsRefusedWithThePlace(string text, string says)
    {
        string json = Path.Combine(_folder, "run.json"), html = Path.Combine(_folder, "report.html");
        File.WriteAllText(json, text);
        Assert.Equal(ExitCodes.Usage, Invoke("report", json, "-o", html));
        Assert.Contains(json, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(html));
    }

    [Fact]
    public void AFileThatIsNotThereAndAPageThatCannotBeWrittenAreNamed()
    {
        Assert.Equal(ExitCodes.Usage, Invoke("report", Path.Combine(_folder, "gone.json"), "-o", Path.Combine(_folder, "a.html")));
        Assert.Contains("gone.json", _error.ToString(), StringComparison.Ordinal);
        string json = Path.Combine(_folder, "run.json");
        File.WriteAllText(json, ReportJson.Write(SampleRun.Make()));
        Directory.CreateDirectory(Path.Combine(_folder, "taken.html"));
        Assert.Equal(ExitCodes.Machine, Invoke("report", json, "-o", Path.Combine(_folder, "taken.html")));
        Assert.Empty(Directory.GetFiles(_folder, "*.part"));
    }

    [GeneratedRegex("class=\"life shade[0-3]\"")]
    private static partial Regex LifeBox();

    [GeneratedRegex("class=\"bar\"")]
    private static partial Regex Bar();

    [GeneratedRegex(@"<(?:script|link|img|iframe|object|embed|base)\b|\bsrc=|@import|url\(|https?:", RegexOptions.IgnoreCase)]
    private static partial Regex Fetching();

    private static string[] Fetches(string page) => [.. Fetching().Matches(page).Select(static m => m.Value)];

    private int Invoke(params string[] arguments) => CommandLine.Invoke(arguments, new Streams(_out, _error, false, false, 80), Verbs.Built);
}
