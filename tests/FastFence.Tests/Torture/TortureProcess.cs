using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastFence.Torture.Runs;

namespace FastFence.Tests.Torture;

/// <summary>The torture program as a process of its own, as CI and people start it.</summary>
internal static class TortureProcess
{
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public static string Program { get; } = typeof(TortureOptions).Assembly.Location;

    /// <summary>Runs it to its end.</summary>
    public static (int Code, string Output) Run(params string[] args) => Start(Dotnet, [Program, .. args]);

    /// <summary>Runs any command to its end; both outputs as one text.</summary>
    public static (int Code, string Output) Start(string command, IEnumerable<string> args)
    {
        (int code, string output, string error) = ChildProcess.Run(new ProcessStartInfo(command, args));
        return (code, output + error);
    }

    /// <summary>Runs it with <c>--json</c>.</summary>
    public static (int Code, string Output, JsonElement Report) RunForReport(params string[] args)
    {
        string path = Path.Combine(Path.GetTempPath(), $"fastfence-{Guid.NewGuid():N}.json");
        try
        {
            (int code, string output) = Run([.. args, "--json", path]);
            return (code, output, File.Exists(path) ? JsonDocument.Parse(File.ReadAllText(path)).RootElement : default);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
