using FastFence.Telemetry;

namespace FastFence.Tests.Telemetry;

/// <summary>A trace with everything in it that a format could get wrong.</summary>
internal static class SampleTrace
{
    /// <summary>Longest name that a timeline may have.</summary>
    internal static string LongName { get; } = new('n', 240);

    /// <summary>A context and seqnos beyond 32 bits, all twelve kinds, two CPUs, pauses beyond a record's 27 bits, the longest names.</summary>
    internal static TraceLog Build()
    {
        TraceLog log = new() { Pid = 4711, ProcessName = "host" };
        log.Add(new TraceThread(4711, 4711, "main"));
        log.Add(new TraceThread(4712, 4711, "poller"));
        TraceEvent e = new()
        {
            TimeNs = 1_000_000, Kind = TraceEventKind.FenceInit, Tid = 4711, Driver = log.Intern("amdgpu"), Timeline = log.Intern("gfx_0.0.0"),
            Context = (7UL << 32) | 42, Seqno = (3UL << 32) | 5, OtherContext = 9, OtherSeqno = 10, Job = 77, JobCount = 2, HardwareJobCount = 1,
        };
        foreach (TraceEventKind kind in Enum.GetValues<TraceEventKind>())
        {
            log.Add(e with { Kind = kind, TimeNs = 1_000_000 + ((long)kind * 1_000_000_000), Cpu = (int)kind & 1 });
        }

        int longName = log.Intern(LongName);
        log.Add(e with { Kind = TraceEventKind.FenceEmit, TimeNs = 20_000_000_001, Driver = longName, Timeline = longName, Context = 1, Seqno = 1 });
        log.Add(e with { Kind = TraceEventKind.FenceSignaled, TimeNs = 20_000_000_002, Driver = longName, Timeline = longName, Context = 1, Seqno = 1, Error = 125 });
        return log;
    }

    /// <summary>Many signals of a few contexts, over several pages of each CPU.</summary>
    internal static TraceLog Many(int count)
    {
        TraceLog log = new() { Pid = 1 };
        int driver = log.Intern("driver");
        for (int i = 0; i < count; i++)
        {
            log.Add(new TraceEvent
            {
                TimeNs = 1000 + (i * 977L), Kind = TraceEventKind.FenceSignaled, Cpu = i % 3, Driver = driver, Timeline = log.Intern($"timeline {i % 5}"),
                Context = 100 + ((ulong)i % 5), Seqno = ((ulong)i / 5) + 1,
            });
        }

        return log;
    }
}
