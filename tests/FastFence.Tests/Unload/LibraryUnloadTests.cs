using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>
/// C17 with code in a shared library closed with <c>dlclose</c>. In a child process, which a fault ends and not the tests: what is
/// unprotected must die of a signal, what is protected must come to its end.
/// </summary>
public sealed class LibraryUnloadTests(ITestOutputHelper output)
{
    private const string Variable = "FASTFENCE_TESTS_UNLOAD_SCENARIO";

    [Theory]
    [InlineData("callbacks")]
    [InlineData("running")]
    [InlineData("sleepers")]
    [InlineData("names")]
    [InlineData("destructors")]
    [InlineData("everything")]
    public void ALibraryGoesAwayAtTheWorstMomentAndNobodyFaults(string scenario)
    {
        int code = Child(scenario, out string said);
        Assert.True(code == 0, $"exit code {code}: {said}");
        Assert.Contains("child: the end", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("callbacks")]
    [InlineData("running")]
    [InlineData("sleepers")]
    [InlineData("names")]
    [InlineData("destructors")]
    public void WithoutTheProtectionTheProcessDiesOfASignal(string scenario)
    {
        int code = Child(scenario + "!", out string said);
        Assert.True(code is 128 + 6 or 128 + 11, $"exit code {code}, not that of SIGABRT or SIGSEGV: {said}");
        Assert.DoesNotContain("child: the end", said, StringComparison.Ordinal);
    }

    /// <summary>Not a test of its own: what the others start.</summary>
    [Fact]
    public void TheChildOfTheOtherTestsHereDoesItsPart()
    {
        string? scenario = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(scenario == null, "it is started by the other tests of this class, as a process of its own");
        LibraryScenarios.Run(scenario!.TrimEnd('!'), unprotected: scenario.EndsWith('!'));
        Console.Out.WriteLine("child: the end");
        Console.Out.Flush();
    }

    private int Child(string scenario, out string said)
    {
        Assert.SkipWhen(LibraryDriver.Missing != null, LibraryDriver.Missing ?? string.Empty);
        string[] arguments =
        [
            "-c", "ulimit -c 0; exec \"$0\" \"$@\"", Environment.ProcessPath!,
            "--filter-method", $"*{nameof(TheChildOfTheOtherTestsHereDoesItsPart)}", "--progress", "off",
        ];
        ProcessStartInfo start = new("/bin/sh", arguments);
        start.Environment[Variable] = scenario;
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        (int code, string text, string errors) = ChildProcess.Run(start);
        said = text + errors;
        output.WriteLine(said);
        return code;
    }
}
