using System.Text.Json;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The demo of awaiting, shortened, in a process of its own (C20).</summary>
public sealed class AwaitDemoTests
{
    private const int Awaits = 2_000;
    private const int Rounds = 200; // what the process allocates for itself is some 16 KB, whatever their number

    [Fact]
    public void ThousandsOfMethodsAwaitPendingFencesOnAFewThreadsWithoutGarbage()
    {
        (int code, JsonElement report, string table) = Run("--rounds", $"{Rounds}", "--warm-up", "40", "--timelines", "64");
        Assert.True(code == ExitCodes.Ok, table);
        Assert.Equal(Awaits * Rounds, Number(report, "awaits_suspended"));
        Assert.Equal(Awaits * Rounds, Number(report, "awaits_completed"));
        Assert.Equal(Awaits, Number(report, "awaits_in_flight"));
        Assert.InRange(report.GetProperty("managed_bytes_per_await").GetDouble(), 0, 0.1);
        Assert.InRange(Number(report, "pool_threads"), 1, 4);
        Assert.InRange(Number(report, "continuation_threads"), 1, 4);
        Assert.Equal(0, Number(report, "violations"));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(1, Number(report, "pollers"));
            Assert.InRange(Number(report.GetProperty("threads"), ".NET TP Worker"), 1, 4);
        }
    }

    [Theory]
    [InlineData("signaled-before", "await-of-a-signaled-fence")]
    [InlineData("lose-await", "await-lost")]
    [InlineData("garbage", "managed-bytes")]
    [InlineData("more-threads", "pool-threads")]
    [InlineData("leak-fence", "leaked-fence")]
    public void EachPromiseOfTheDemoBrokenOnceIsFoundAndNamed(string broken, string kind)
    {
        // Where nothing is lost, the limit is for a loaded machine.
        (int code, JsonElement report, string table) =
            Run("--rounds", "10", "--warm-up", "20", "--break", broken, "--limit", broken == "lose-await" ? "2" : "60");
        Assert.True(code == ExitCodes.Violations, table);
        Assert.Contains(report.GetProperty("violation_kinds").EnumerateObject(), k => k.Name == kind);
        Assert.Contains(kind, table, StringComparison.Ordinal);
    }

    private static (int Code, JsonElement Report, string Table) Run(params string[] arguments)
    {
        (int code, string output, string error) = ToolProcess.Run(["demo", "await", "--awaits", $"{Awaits}", "--json", "-", .. arguments]);
        Assert.True(output.StartsWith('{'), error);
        return (code, JsonDocument.Parse(output).RootElement.Clone(), error);
    }

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
