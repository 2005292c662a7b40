using System.Text.Json;
using FastFence.Polling;
using FastFence.Tests.Memory;
using FastFence.Tool.Cli;
using FastFence.Tool.Pauses;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>run --gc-load</c>: what it counts, not how fast it is.</summary>
public sealed class PauseRunTests
{
    [Fact]
    public void ARunUnderCollectionsLosesNoFenceAndFillsEveryRow()
    {
        bool both = NativePollerLibrary.IsAvailable;
        string path = Path.Combine(Path.GetTempPath(), $"fastfence-{Guid.NewGuid():N}.json");
        try
        {
            (int code, string output, string error) =
                ToolProcess.Run("run", "--gc-load", "100", "--seconds", "2", "--poller", both ? "both" : "managed", "--json", path);
            Assert.True(code == ExitCodes.Ok, output + error);
            Assert.Contains("ok: every fence was signaled", output, StringComparison.Ordinal);
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement pollers = json.RootElement.GetProperty("pollers");
            Assert.Equal(both ? ["native", "managed", "raw spin"] : ["managed"], pollers.EnumerateArray().Select(static p => p.GetProperty("poller").GetString()));
            foreach (JsonElement poller in pollers.EnumerateArray())
            {
                Assert.InRange(Count(poller, "word_to_signaled_ns"), 1, long.MaxValue);
                Assert.InRange(poller.GetProperty("load_megabytes_per_second").GetDouble(), double.Epsilon, 1e9);
                bool raw = poller.GetProperty("poller").GetString() == "raw spin";
                Assert.Equal(both && !raw, Count(poller, "word_to_waiter_ns") > 0);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ALoadAllocatesByTheRuntimesOwnCountAndKeepsALiveSet()
    {
        GarbageLoad load = new(100_000); // as fast as it can
        Thread thread = new(load.Run);
        long before = GC.GetTotalAllocatedBytes();
        thread.Start();
        Until.Holds(() => load.Megabytes > 50, "50 MB of garbage behind the live set");
        load.Stop();
        thread.Join();
        Assert.True(load.IsFilled);
        Assert.InRange((GC.GetTotalAllocatedBytes() - before) / 1e6, load.Megabytes, double.MaxValue);
    }

    [Fact]
    public void BothPollersAreComparedUnderALoadOnly() =>
        Assert.Equal(ExitCodes.Usage, ToolProcess.Run("run", "--poller", "both").Code);

    private static long Count(JsonElement poller, string row) => poller.GetProperty(row).GetProperty("count").GetInt64();
}
