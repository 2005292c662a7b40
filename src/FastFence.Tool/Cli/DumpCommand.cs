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

        OwnTrace.Write(Read(options.Recording), options.Output, options.Format, human);
        return ExitCodes.Ok;
    }

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
