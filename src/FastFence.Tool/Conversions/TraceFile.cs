using FastFence.Telemetry;

namespace FastFence.Tool.Conversions;

/// <summary>Writes a trace to a file, whole or not at all: an older file stays until the new one is complete.</summary>
internal static class TraceFile
{
    /// <summary>Writes; how many events the format could not hold.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal static long Write(TraceLog log, TraceFormat format, string path)
    {
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            long skipped;
            using (FileStream stream = new(part, FileMode.CreateNew, FileAccess.Write))
            {
                skipped = Write(log, format, stream);
            }

            File.Move(part, path, overwrite: true);
            return skipped;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes to a stream.</summary>
    internal static long Write(TraceLog log, TraceFormat format, Stream stream)
    {
        switch (format)
        {
            case TraceFormat.Perfetto:
                PerfettoWriter.Write(log, stream);
                return 0;
            case TraceFormat.TraceDat:
                return TraceDatWriter.Write(log, stream);
            case TraceFormat.Chrome:
                ChromeTraceWriter.Write(log, stream);
                return 0;
            default:
                return CaptureCsvWriter.Write(log, stream);
        }
    }
}
