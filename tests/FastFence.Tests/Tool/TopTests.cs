using System.Diagnostics;
using System.Text.Json;
using FastFence.Tool.Cli;
using FastFence.Tool.Tops;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>fastfence top</c>: what it makes of a snapshot, and what it says of a real process.</summary>
public sealed class TopTests
{
    private static readonly Snapshot s_snapshot = new()
    {
        Number = 3,
        Series =
        [
            Of("fastfence.fences.signaled", 5_000_000, 1_200_000, "fastfence.engine=1"),
            Of("fastfence.fences.signaled", 1_000, 300_000, "fastfence.engine=2"),
            Of("fastfence.fences.failed", 7, 1, "fastfence.engine=1,error.type=ETIME"),
            Of("fastfence.fences.pending", 42, double.NaN, "fastfence.engine=1"),
            Of("fastfence.readers.late", 2.5, double.NaN, "thread.id=77,thread.name=slow"),
            Of("fastfence.timeline.completed", 100, 50, "fastfence.engine=1,fastfence.driver=d,r,fastfence.timeline=gfx=0,fastfence.context=9"),
            Of("fastfence.timeline.pending", 4, double.NaN, "fastfence.engine=1,fastfence.driver=d,r,fastfence.timeline=gfx=0,fastfence.context=9"),
            new Series("fastfence.retire.latency", MetricStream.Tags("fastfence.engine=1"), 10, double.NaN, MetricStream.Percentiles("0.5=1E-06;0.95=2E-05;0.99=0.003")),
        ],
        Events = ["12:00:00 ReaderStalled: thread 77"],
    };

    [Fact]
    public void AFrameShowsRatesLatenciesLateReadersTimelinesAndEvents()
    {
        string text = string.Join('\n', new TopFrame("title").Render(s_snapshot, 200));
        Assert.Matches("signaled +1\\.50 M/s", text); // of both engines
        Assert.Contains("ETIME 7", text, StringComparison.Ordinal);
        Assert.Contains("pending 42", text, StringComparison.Ordinal);
        Assert.Matches("retire p99 +3\\.00 ms", text);
        Assert.Matches("p50 +1\\.00 µs +p95 20\\.0 µs", text);
        Assert.Matches("readers +1 late", text);
        Assert.Matches("thread 77 +2\\.50 s +slow", text);
        Assert.Matches("gfx=0 +d,r +9 +50\\.0 /s +4", text);
        Assert.EndsWith("12:00:00 ReaderStalled: thread 77", text, StringComparison.Ordinal);
        Assert.All(new TopFrame("title").Render(s_snapshot, 20), static line => Assert.InRange(line.Length, 0, 20));
    }

    [Fact]
    public void ASparklineKeepsItsLastValuesAndItsTallestIsTheLargest()
    {
        Sparkline line = new();
        foreach (double value in (double[])[0, 4, 8, double.NaN])
        {
            line.Add(value);
        }

        Assert.Equal("▁▅█ ", line.ToString());
        for (int i = 0; i < 2 * Sparkline.Width; i++)
        {
            line.Add(i);
        }

        Assert.Equal(Sparkline.Width, line.ToString().Length);
        Assert.EndsWith("█", line.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void JsonHasEverySeriesAndNullForWhatIsNotKnown()
    {
        using JsonDocument json = JsonDocument.Parse(TopJson.Write(4711, "host", s_snapshot));
        Assert.Equal(1_500_000, json.RootElement.GetProperty("per_second").GetProperty("fences_signaled").GetDouble());
        Assert.Equal(0.003, json.RootElement.GetProperty("retire_latency_s").GetProperty("0.99").GetDouble());
        JsonElement[] series = [.. json.RootElement.GetProperty("series").EnumerateArray()];
        Assert.Equal(s_snapshot.Series.Count, series.Length);
        JsonElement pending = series.Single(static s => s.GetProperty("instrument").GetString() == "fastfence.fences.pending");
        Assert.Equal((42, JsonValueKind.Null), (pending.GetProperty("value").GetDouble(), pending.GetProperty("rate").ValueKind));
        Assert.Equal("1", pending.GetProperty("tags").GetProperty("fastfence.engine").GetString());
    }

    [Fact]
    public void ARealRunIsShownOnceAsTextAndAsJson()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /proc here");
        string tool = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        using Process child = Process.Start(new ProcessStartInfo("dotnet", [tool, "run", "--seconds", "120"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal($"pid {child.Id}", child.StandardOutput.ReadLine());
            _ = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            (int code, string output, string error) result;
            do
            {
                // It has printed its number before it has an engine: until then it is a .NET process without FastFence.
                result = ToolProcess.Run("top", "--pid", $"{child.Id}", "--once", "--json");
            }
            while (result.code == ExitCodes.Usage && result.error.Contains("without FastFence", StringComparison.Ordinal) && !child.HasExited);
            Assert.True(result.code == ExitCodes.Ok, result.error);
            using JsonDocument json = JsonDocument.Parse(result.output);
            Assert.Equal(child.Id, json.RootElement.GetProperty("pid").GetInt32());
            Assert.True(json.RootElement.GetProperty("per_second").GetProperty("fences_signaled").GetDouble() > 0, result.output);
            Assert.Contains(json.RootElement.GetProperty("series").EnumerateArray(), static s => s.GetProperty("instrument").GetString() == "fastfence.timeline.completed");
            Assert.Matches("signaled +[0-9.]+ [kM]?/s", result.error); // the table goes to standard error beside JSON on standard output
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public void JsonWithoutOnceIsRefusedAndAProcessThatIsNotThereIsNamed()
    {
        (int code, _, string error) = ToolProcess.Run("top", "--json");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("--json: found without --once", error, StringComparison.Ordinal);
        (code, _, error) = ToolProcess.Run("top", "--pid", $"{int.MaxValue}");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains($"there is no process {int.MaxValue}", error, StringComparison.Ordinal);
        (code, _, error) = ToolProcess.Run("top", "--pid", "0");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("--pid: found 0", error, StringComparison.Ordinal);
    }

    private static Series Of(string instrument, double value, double rate, string tags) => new(instrument, MetricStream.Tags(tags), value, rate, new Dictionary<string, double>());
}
