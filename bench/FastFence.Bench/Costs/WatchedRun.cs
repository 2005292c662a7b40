using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastFence.Bench.Costs;

/// <summary><c>fastfence run</c> in a process of its own, watched in one way.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Record">The recorder's mode.</param>
/// <param name="Listen">Begins to listen to a process; null: nobody does.</param>
internal sealed record WatchedRun(string Name, string Record, Func<int, EventSession>? Listen)
{
    /// <summary>The ways; the first is what the others are compared with.</summary>
    public static IReadOnlyList<WatchedRun> All { get; } =
    [
        new("everything off", "off", null),
        new("counters (a listener of the meter)", "off", EventSession.Counters),
        new("recorder, coarse", "coarse", null),
        new("recorder, precise", "precise", null),
        new("EventPipe Verbose, every fence", "off", static pid => EventSession.Fences(pid, stacks: false)),
    ];

    /// <summary>Runs it; fences signaled a second, and bytes that the listener got.</summary>
    /// <exception cref="InvalidOperationException">The run found something wrong, or said nothing.</exception>
    public (double FencesPerSecond, long Bytes) Execute(double seconds)
    {
        string report = Path.Combine(Path.GetTempPath(), $"fastfence-costs-{Guid.NewGuid():N}.json");
        string tool = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        string[] arguments = ["run", "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--record", Record, "--json", report];
        try
        {
            using Process run = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments]) { RedirectStandardOutput = true })!;
            string? first = run.StandardOutput.ReadLine();
            if (first != string.Create(CultureInfo.InvariantCulture, $"pid {run.Id}"))
            {
                throw new InvalidOperationException($"fastfence run began with '{first}'.");
            }

            EventSession? session = Listen?.Invoke(run.Id);
            _ = run.StandardOutput.ReadToEnd();
            run.WaitForExit();
            session?.Dispose();
            return run.ExitCode != 0
                ? throw new InvalidOperationException($"fastfence {string.Join(' ', arguments)} ended with code {run.ExitCode}.")
                : (Figure(report), session?.Bytes ?? 0);
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static double Figure(string report)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(report));
        return json.RootElement.GetProperty("fences_per_second").GetDouble();
    }
}
