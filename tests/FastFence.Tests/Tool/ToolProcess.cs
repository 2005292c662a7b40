using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The tool in a process of its own: where the figures are the whole process's, a test's would be among them.</summary>
internal static class ToolProcess
{
    /// <summary>Runs it; exit code, standard output, standard error.</summary>
    public static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        Assert.True(File.Exists(path), $"{path} is not here: the tests' project refers to the tool's, which is built beside them");
        return RunProgram("dotnet", [path, .. arguments]);
    }

    /// <summary>Runs any program.</summary>
    public static (int Code, string Output, string Error) RunProgram(string program, IEnumerable<string> arguments) =>
        ChildProcess.Run(new ProcessStartInfo(program, arguments));
}
