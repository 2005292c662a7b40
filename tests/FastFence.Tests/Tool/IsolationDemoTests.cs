using System.Text.Json;
using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;
using FastFence.Tool.Reporting;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>demo isolation</c>: every setting is measured and loses nothing. How late the fences are is shown, not asserted.</summary>
public sealed class IsolationDemoTests
{
    [Fact]
    public void EachSettingMeasuresJobsAndLosesNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a device process is Linux's");
        (int code, string output, string error) = ToolProcess.Run("demo", "isolation", "--seconds", "0.3", "--gc-load", "50", "--json", "-");
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement[] settings = [.. json.RootElement.GetProperty("settings").EnumerateArray()];
        bool hasNative = json.RootElement.GetProperty("no_native_poller").ValueKind == JsonValueKind.Null;
        Assert.Equal(hasNative ? 3 : 2, settings.Length);
        Assert.All(settings, static s =>
        {
            Assert.NotEqual(0, s.GetProperty("due_to_signaled_ns").GetProperty("count").GetInt64());
            Assert.Equal(0, s.GetProperty("lost").GetInt64());
        });
    }

    [Theory]
    [InlineData(0, ExitCodes.Ok)]
    [InlineData(1, ExitCodes.Violations)]
    public void ALostFenceIsAFailure(long lost, int code)
    {
        LatencySummary none = LatencySummary.Empty;
        IsolationReport report = new(new IsolationDemoOptions(), [new IsolationFigures("own process", "managed", none, none, none, 0, 0, 0, 0, lost)], null);
        Assert.Equal(code, report.ExitCode);
    }

    [Fact]
    public void WithoutOptionsItTakesFiveSecondsASettingAndAGigabyteASecond()
    {
        IsolationDemoVerb verb = new();
        IsolationDemoOptions options = verb.Read(verb.Command.Parse([]));
        Assert.Equal((5.0, 1000.0), (options.Seconds, options.GcLoad));
    }
}
