using FastFence.Recording;
using FastFence.Telemetry;

namespace FastFence.Tests.Telemetry;

/// <summary>What this process records, from the moment this is made: earlier tests have recorded, too.</summary>
internal sealed unsafe class Records
{
    private readonly RecordSource _source;

    internal Records()
    {
        _source = new RecordSource(FlightRecorder.GetArea(), live: true);
        _source.SkipToNow();
    }

    /// <summary>Records overwritten before they were read.</summary>
    internal ulong Lost => _source.Lost;

    /// <summary>The trace of what was recorded since the last call.</summary>
    internal TraceLog Read(out long nameless)
    {
        RecordedTrace trace = new();
        _source.Read().ForEach(chunk => trace.Add(chunk.Span));
        nameless = trace.Nameless;
        return trace.Build();
    }

    /// <summary>As the other; every record has its names.</summary>
    internal TraceLog Read()
    {
        TraceLog log = Read(out long nameless);
        Xunit.Assert.Equal((0, 0UL), (nameless, Lost));
        return log;
    }
}
