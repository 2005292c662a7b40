using System.Text.RegularExpressions;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>What a signal asks the kernel for, seen from outside: nothing unless somebody sleeps (decision 9).</summary>
public sealed partial class SignalDemoTests
{
    private const int Sleepers = 50;

    [Fact]
    public void AMillionSignalsThatNobodySleepsForMakeNoSystemCall()
    {
        string[] calls = CallsOfTheSignaller("--signals", "1000000");
        Assert.True(calls.Length == 0, string.Join('\n', calls));
    }

    [Fact]
    public void EachSleeperCostsTheSignallerOneWake()
    {
        // The control of the other: the same look from outside finds the calls where there are some.
        string[] wakes = [.. CallsOfTheSignaller("--signals", "10000", "--sleepers", $"{Sleepers}").Where(c => c.Contains("FUTEX_WAKE", StringComparison.Ordinal))];
        Assert.InRange(wakes.Length, Sleepers, 2 * Sleepers); // the runtime may add its own
    }

    [Theory]
    [InlineData("0")]
    [InlineData("50")]
    public void TheEnginesOwnCountOfWakesIsThatOfTheSleepers(string sleepers)
    {
        (int code, string output, string error) = ToolProcess.Run("demo", "signals", "--signals", "20000", "--sleepers", sleepers);
        Assert.True(code == ExitCodes.Ok, output + error);
        Assert.Matches($@"wake calls\s+{sleepers}\b", output);
        Assert.Matches($@"woken\s+{sleepers}\b", output);
    }

    // futex and membarrier calls of the signalling thread between its marks.
    private static string[] CallsOfTheSignaller(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is Linux's");
        Assert.SkipUnless(File.Exists("/usr/bin/strace") || File.Exists("/bin/strace"), "strace is not installed");
        string log = Path.Combine(Path.GetTempPath(), $"fastfence-{Environment.ProcessId}-{Guid.NewGuid():N}.strace");
        try
        {
            // Compiled once and for all: a method that is compiled again costs its caller a call to the compiling thread.
            (int code, string output, string error) = ToolProcess.RunProgram("strace",
            [
                "-f", "-e", "trace=futex,membarrier,%file", "-E", "DOTNET_TieredCompilation=0", "-o", log,
                "dotnet", Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll"), "demo", "signals", .. arguments,
            ]);
            Assert.SkipWhen(error.Contains("ptrace", StringComparison.Ordinal), $"strace may not trace here: {error}");
            Assert.True(code == ExitCodes.Ok, output + error);
            return Between(File.ReadAllLines(log));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static string[] Between(string[] lines)
    {
        int begin = Array.FindIndex(lines, static l => l.Contains("\"/fastfence/signals-begin\"", StringComparison.Ordinal));
        int end = Array.FindIndex(lines, static l => l.Contains("\"/fastfence/signals-end\"", StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, "the marks are not in the trace");
        string thread = Pid().Match(lines[begin]).Value;
        Assert.Equal(thread, Pid().Match(lines[end]).Value);
        return [.. lines[(begin + 1)..end].Where(l => Pid().Match(l).Value == thread && Call().IsMatch(l))];
    }

    [GeneratedRegex(@"^\d+ ")]
    private static partial Regex Pid();

    [GeneratedRegex(@"^\d+\s+(?:futex|membarrier)\(")]
    private static partial Regex Call();
}
