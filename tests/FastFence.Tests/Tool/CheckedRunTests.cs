using System.Diagnostics;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The tool's own load in checked mode: a process of its own, since the switch is the process's.</summary>
public sealed class CheckedRunTests
{
    [Fact]
    public void TheToolsLoadHasNoMisuseInCheckedMode()
    {
        (int code, string output) = Run("--checked");
        Assert.True(code == ExitCodes.Ok, output);
    }

    [Fact]
    public void OneMisuseInTheToolsLoadIsFoundInCheckedModeAndNamed()
    {
        (int code, string output) = Run("--checked", "--break", "misuse");
        Assert.True(code == ExitCodes.Violations, output);
        Assert.Contains("misuse", output, StringComparison.Ordinal);
        Assert.Contains("Sabotage.BeforeClose", output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameMisuseIsNotSeenWithoutCheckedMode()
    {
        (int code, string output) = Run("--break", "misuse");
        Assert.True(code == ExitCodes.Ok, output);
    }

    [Fact]
    public void ASettingThatMeansNothingIsRefusedWithItsName()
    {
        (int code, string output) = Run("yes please");
        Assert.NotEqual(ExitCodes.Ok, code);
        Assert.Contains("'yes please'", output, StringComparison.Ordinal);
        Assert.Contains(CheckedMode.Variable, output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "FastFence.Tool.exe" : "FastFence.Tool"));
        start.Environment.Remove(CheckedMode.Variable);
        if (arguments[0] == "yes please")
        {
            start.Environment[CheckedMode.Variable] = arguments[0];
            arguments = [];
        }

        string[] line = ["run", "--seconds", "1", .. arguments];
        Array.ForEach(line, start.ArgumentList.Add);
        (int code, string output, string error) = ChildProcess.Run(start);
        return (code, output + error);
    }
}
