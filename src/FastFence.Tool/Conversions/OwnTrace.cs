using System.Globalization;
using FastFence.Recording;
using FastFence.Telemetry;

namespace FastFence.Tool.Conversions;

/// <summary>A trace of what this process itself records, from <see cref="Begin"/> on.</summary>
internal sealed unsafe class OwnTrace(string path, TraceFormat format)
{
    private RecordSource? _source;

    /// <summary>What is recorded from here on is in the trace. Recording is on.</summary>
    internal void Begin()
    {
        _source = new RecordSource(RecordMemory.Area, live: true);
        _source.SkipToNow();
    }

    /// <summary>Writes the file and says what is in it.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    internal void Write(TextWriter human)
    {
        RecordedTrace trace = new();
        _source!.Read().ForEach(chunk => trace.Add(chunk.Span));
        Write(trace, path, format, human);
    }

    /// <summary>Writes all that the recorder still has.</summary>
    internal void WriteAll(TextWriter human)
    {
        _source = new RecordSource(RecordMemory.Area, live: true);
        Write(human);
    }

    /// <summary>Writes a trace of any source.</summary>
    internal static void Write(RecordedTrace trace, string path, TraceFormat format, TextWriter human)
    {
        TraceLog log = trace.Build();
        long skipped = TraceFile.Write(log, format, path);
        human.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {log.Events.Count - skipped} events of {log.Events.Select(static e => e.Context).Distinct().Count()} contexts and {log.Threads.Count} threads"));
        if (skipped + log.Lost + trace.Nameless + trace.HalfSeen != 0)
        {
            human.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"left out: {skipped} events that the format has no place for, {log.Lost} records overwritten before they were read, {trace.HalfSeen} events whose other half was among those, {trace.Nameless} without a name"));
        }

        if (trace.CpuUnknown != 0)
        {
            human.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"on CPU 0, because theirs is not known: {trace.CpuUnknown} events (it takes Linux on x64 with glibc 2.35 or later in the recorded process)"));
        }
    }
}
