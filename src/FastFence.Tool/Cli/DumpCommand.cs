using System.Globalization;
using FastFence.Platform;
using FastFence.Telemetry;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>dump</c>.</summary>
internal static class DumpCommand
{
    /// <summary>Reads the recording, writes the trace, says what is in it, and gives the exit code.</summary>
    internal static int Execute(DumpOptions options, TextWriter human)
    {
        if (options.Recording == null)
        {
            return TraceCommand.Dump(options.Pid, options.Output, options.Format, human);
        }

        RecordedTrace trace = Read(options.Recording);
        SayCalls(trace.Calls, options.Recording, human);
        OwnTrace.Write(trace, options.Output, options.Format, human);
        return ExitCodes.Ok;
    }

    /// <summary>Says in which callbacks threads are, or, with the file of a process that has gone, where they ended.</summary>
    internal static void SayCalls(IReadOnlyList<RecordedCall> calls, string? file, TextWriter human)
    {
        foreach (RecordedCall call in calls)
        {
            human.WriteLine(file == null || IsMapped(call.ProcessId, file) ? $"{call} now" : $"{call} when the process ended");
        }
    }

    // A process number may be another's by now; who writes the file has it mapped.
    private static bool IsMapped(int processId, string file) =>
        SystemFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/maps"), out string maps) && maps.Contains(Path.GetFullPath(file), StringComparison.Ordinal);

    private static RecordedTrace Read(string path)
    {
        try
        {
            // A process that runs may have it mapped: its writing does not stop our reading.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return RecordFile.Read(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }
}
