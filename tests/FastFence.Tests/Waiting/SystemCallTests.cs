using System.Diagnostics;
using System.Globalization;
using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>
/// Counted from outside: a signal that nobody sleeps for makes no system call. The child is this test program itself, under strace; what it
/// does besides (its runtime, the engine's own threads) is far below one call a signal.
/// </summary>
public sealed class SystemCallTests
{
    private const string Part = "FASTFENCE_SYSTEM_CALL_PART";
    private const int Signals = 1_000_000;
    private const int Wakes = 400;

    [Fact]
    public void AMillionSignalsThatNobodySleepsForMakeNoSystemCalls() =>
        Assert.InRange(CallsOf(nameof(AMillionSignalsWithoutSleepers)), 0, Signals / 20);

    [Fact]
    public void SignalsThatSomebodySleepsForAreSeenByTheSameCount() =>
        Assert.InRange(CallsOf(nameof(EachSignalWithASleeper)), 2 * Wakes, long.MaxValue); // a sleep and a wake each: the control

    [Fact]
    public void AMillionSignalsWithoutSleepers()
    {
        SkipUnlessChild(nameof(AMillionSignalsWithoutSleepers));
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("calls", new TimelineOptions { SingleEmitter = true });
        Task<WaitResult> far = timeline.WaitForAsync(ulong.MaxValue).AsTask(); // somebody waits, but for no such value
        for (int i = 0; i < Signals; i++)
        {
            FenceSource source = timeline.CreateFence();
            source.Signal();
            source.Dispose();
        }

        Assert.Equal((0L, Signals), (engine.GetStatistics().WakeCalls, engine.GetStatistics().FencesSignaled));
        Assert.False(far.IsCompleted);
    }

    [Fact]
    public void EachSignalWithASleeper()
    {
        SkipUnlessChild(nameof(EachSignalWithASleeper));
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("calls");
        for (int i = 0; i < Wakes; i++)
        {
            using FenceSource source = timeline.CreateFence();
            Fence fence = source.Fence;
            long slept = engine.GetStatistics().WaitsSlept;
            Thread sleeper = new(() => fence.Wait(TimeSpan.FromSeconds(60), WaitHint.Block, CancellationToken.None));
            sleeper.Start();
            Race.Until(() => engine.GetStatistics().WaitsSlept > slept, "the waiter sleeps");
            source.Signal();
            sleeper.Join();
        }
    }

    private static void SkipUnlessChild(string part) =>
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Part) == part, "a part of the tests beside it, which run it under strace");

    private static long CallsOf(string part)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is Linux's");
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Part) == null, "already in the child");
        string report = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new("strace") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])["-f", "-c", "-o", report, "-e", "trace=futex,membarrier", Environment.ProcessPath!])
            {
                start.ArgumentList.Add(argument);
            }

            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(typeof(SystemCallTests).Assembly.Location);
            }

            start.ArgumentList.Add("--filter-method");
            start.ArgumentList.Add($"{typeof(SystemCallTests).FullName}.{part}");
            start.ArgumentList.Add("--progress");
            start.ArgumentList.Add("off");
            start.Environment[Part] = part;
            Process? child = null;
            try
            {
                child = Process.Start(start);
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                Assert.Skip($"strace cannot be started: {e.Message}");
            }

            using (child)
            {
                Task<string> error = child!.StandardError.ReadToEndAsync();
                string output = child.StandardOutput.ReadToEnd();
                child.WaitForExit();
                string text = File.ReadAllText(report);
                Assert.SkipWhen(
                    child.ExitCode != 0 && error.Result.Contains("ptrace", StringComparison.OrdinalIgnoreCase), $"strace may not trace here: {error.Result}");
                Assert.True(child.ExitCode == 0, $"the child failed: {output}{error.Result}{text}");
                return Count(text);
            }
        }
        finally
        {
            File.Delete(report);
        }
    }

    // "100.00    0.001234           1       987        12 total": the calls are the last number but the errors.
    private static long Count(string report)
    {
        string total = report.Split('\n').Single(line => line.TrimEnd().EndsWith("total", StringComparison.Ordinal));
        string[] columns = total.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(columns[3], CultureInfo.InvariantCulture);
    }
}
