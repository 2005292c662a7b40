// From chunks to a trace. Records of one thread come in their order, those of several are put in order of time. The published clock
// is as old as the poller's last turn, so records of different threads may carry the same time, or a signal one that is a little
// before its fence's init: what is known of the order of a fence's events decides then.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Collects chunks and builds the trace of them. Not thread-safe.</summary>
internal sealed class RecordedTrace
{
    // Further apart than this are two lives of a replayed context, not a clock that is a turn late.
    private const long ClockSlackNs = 1_000_000;

    private readonly List<TraceEvent> _events = [];
    private readonly Dictionary<int, string> _threads = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private string _processName = "fastfence";
    private int _processId;
    private long _lost;

    /// <summary>Events so far.</summary>
    public int Count => _events.Count;

    /// <summary>Records whose names a torn file no longer has: they are left out.</summary>
    public long Nameless { get; private set; }

    /// <summary>Events whose CPU is not known: they are put on CPU 0.</summary>
    public long CpuUnknown { get; private set; }

    /// <summary>Events of fences whose signal was among what was lost, and ends whose beginning was: left out by <see cref="Build"/>.</summary>
    public long HalfSeen { get; private set; }

    /// <summary>Callbacks that threads were inside of; of a mapped file only.</summary>
    public IReadOnlyList<RecordedCall> Calls { get; set; } = [];

    /// <summary>Adds a chunk.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        int length = chunk.Length < RecordChunk.HeadBytes ? 0 : BinaryPrimitives.ReadInt32LittleEndian(chunk);
        int records = length == 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(chunk[16..]);
        int names = length == 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(chunk[20..]);
        if (length != chunk.Length || records < 0 || names < 0 || HeadBytesOf(records, names) > length)
        {
            throw new InvalidDataException($"A piece of the recording says that it has {length} bytes and {records} records; {chunk.Length} bytes are there. The file is cut short or no recording.");
        }

        _processId = BinaryPrimitives.ReadInt32LittleEndian(chunk[4..]);
        _processName = TextOf(chunk.Slice(RecordChunk.TextsAt + RecordRing.NameBytes, 64));
        RecordPlace place = new(BinaryPrimitives.ReadInt32LittleEndian(chunk[8..]), BinaryPrimitives.ReadUInt32LittleEndian(chunk[32..]));
        int named = BinaryPrimitives.ReadInt32LittleEndian(chunk[12..]);
        if (named != 0)
        {
            _threads[named] = TextOf(chunk.Slice(RecordChunk.TextsAt, RecordRing.NameBytes));
        }

        _lost += (long)BinaryPrimitives.ReadUInt64LittleEndian(chunk[24..]);
        Dictionary<uint, int> texts = ReadNames(chunk, names, out int at);
        if (at + ((long)records * RecordEntry.Bytes) != length)
        {
            throw new InvalidDataException("The names of a piece of the recording run into its records: the file is damaged.");
        }

        AddRecords(MemoryMarshal.Cast<byte, RecordEntry>(chunk[at..]), texts, place);
    }

    /// <summary>The trace of all chunks.</summary>
    public TraceLog Build()
    {
        TraceLog log = new() { Pid = _processId, ProcessName = _processName.Length == 0 ? "fastfence" : _processName, Lost = _lost };
        foreach (int thread in _events.Select(static e => e.Tid).Distinct())
        {
            log.Add(new TraceThread(thread, _processId, _threads.GetValueOrDefault(thread) is { Length: > 0 } name ? name : $"thread-{thread}"));
        }

        _texts.ForEach(text => log.Intern(text)); // in this order: the indices are the same
        RemoveHalfSeen();
        DeriveJobs();
        PutBeforeSignal();
        AddTo(log, _events.Select(static (e, i) => (e, i)).OrderBy(static x => x.e.TimeNs).ThenBy(static x => StageOf(x.e.Kind))
            .ThenBy(static x => x.e.Context).ThenBy(static x => x.e.Seqno).ThenBy(static x => x.i).Select(static x => x.e));
        return log;
    }

    // Viewers have a buffer a CPU and put them together by time alone. Where a thread moves amid a batch, whose records share one time, the order of
    // its signals would be that of the CPUs' numbers: what comes from another CPU is a nanosecond later.
    private static void AddTo(TraceLog log, IEnumerable<TraceEvent> events)
    {
        (long last, int cpu) = (-1, 0);
        foreach (TraceEvent e in events)
        {
            last = e.TimeNs > last ? e.TimeNs : e.Cpu == cpu ? last : last + 1;
            cpu = e.Cpu;
            log.Add(e with { TimeNs = last });
        }
    }

    private static long HeadBytesOf(int records, int names) =>
        RecordChunk.HeadBytes + ((long)records * RecordEntry.Bytes) + (6L * names);

    private Dictionary<uint, int> ReadNames(ReadOnlySpan<byte> chunk, int names, out int at)
    {
        Dictionary<uint, int> texts = new(names);
        at = RecordChunk.HeadBytes;
        for (int i = 0; i < names; i++)
        {
            int bytes = at + 6 > chunk.Length ? int.MaxValue - chunk.Length : BinaryPrimitives.ReadUInt16LittleEndian(chunk[(at + 4)..]);
            if (at + 6 + (long)bytes > chunk.Length)
            {
                throw new InvalidDataException("A name of the recording runs over the end of its piece: the file is damaged.");
            }

            uint id = BinaryPrimitives.ReadUInt32LittleEndian(chunk[at..]);
            texts[id] = Intern(Encoding.UTF8.GetString(chunk.Slice(at + 6, bytes)));
            at += 6 + bytes;
        }

        return texts;
    }

    private int Intern(string text)
    {
        if (!_indices.TryGetValue(text, out int index))
        {
            _indices.Add(text, index = _texts.Count);
            _texts.Add(text);
        }

        return index;
    }

    private void AddRecords(ReadOnlySpan<RecordEntry> records, Dictionary<uint, int> texts, RecordPlace place)
    {
        bool joins = false;
        foreach (ref readonly RecordEntry r in records)
        {
            switch (r.Kind)
            {
                case RecordKind.Owner or RecordKind.Cpu:
                    place = place.After(r);
                    break;
                case RecordKind.Rest when joins:
                    _events[^1] = WithRest(_events[^1], r);
                    break;
                case RecordKind.Rest or RecordKind.None:
                    break; // what it belongs to was overwritten
                default:
                    joins = KindOf(r.Kind) != null && texts.ContainsKey(r.Driver) && texts.ContainsKey(r.Timeline);
                    if (joins)
                    {
                        _events.Add(EventOf(r, texts, place));
                        CpuUnknown += place.Cpu == RecordRing.NoCpu ? 1 : 0;
                    }
                    else
                    {
                        Nameless++;
                    }

                    break;
            }
        }
    }

    // What no trace shows, a later version's kinds included, has no event.
    private static TraceEventKind? KindOf(RecordKind kind) => kind switch
    {
        RecordKind.FenceInit => TraceEventKind.FenceInit,
        RecordKind.FenceEmit => TraceEventKind.FenceEmit,
        RecordKind.FenceEnableSignal => TraceEventKind.FenceEnableSignal,
        RecordKind.FenceSignaled => TraceEventKind.FenceSignaled,
        RecordKind.FenceWaitStart => TraceEventKind.FenceWaitStart,
        RecordKind.FenceWaitEnd => TraceEventKind.FenceWaitEnd,
        RecordKind.FenceDestroy => TraceEventKind.FenceDestroy,
        RecordKind.JobQueue => TraceEventKind.JobQueue,
        RecordKind.JobRun => TraceEventKind.JobRun,
        RecordKind.JobDone => TraceEventKind.JobDone,
        RecordKind.JobAddDependency => TraceEventKind.JobAddDependency,
        RecordKind.JobUnschedulable => TraceEventKind.JobUnschedulable,
        RecordKind.AwaitBegin => TraceEventKind.AwaitBegin,
        RecordKind.AwaitEnd => TraceEventKind.AwaitEnd,
        _ => null,
    };

    private static TraceEvent EventOf(in RecordEntry r, Dictionary<uint, int> texts, RecordPlace place) => new()
    {
        TimeNs = r.Time,
        Kind = KindOf(r.Kind)!.Value,
        Cpu = place.Cpu == RecordRing.NoCpu ? 0 : (int)Math.Min(place.Cpu, TraceLog.MaxCpu),
        Tid = place.Thread,
        Driver = texts[r.Driver],
        Timeline = texts[r.Timeline],
        Context = r.Context,
        Seqno = r.Seqno,
    };

    private static TraceEvent WithRest(in TraceEvent e, in RecordEntry rest) => e.Kind switch
    {
        TraceEventKind.FenceSignaled => e with { Error = (uint)rest.Context },
        TraceEventKind.AwaitBegin or TraceEventKind.AwaitEnd => e with { Await = (uint)rest.Context, Outcome = (AwaitOutcome)rest.Seqno },
        TraceEventKind.JobAddDependency or TraceEventKind.JobUnschedulable => e with { OtherContext = rest.Context, OtherSeqno = rest.Seqno },
        _ => e with { Job = rest.Context, JobCount = (uint)rest.Seqno, HardwareJobCount = (int)(rest.Seqno >> 32) },
    };

    // Records were overwritten before they were read. A fence whose signal was among them would stay open for ever, and Perfetto's tracks, which
    // close the oldest first, would be one behind from there on. Those that no later one of their context has overtaken may be pending in earnest.
    private void RemoveHalfSeen()
    {
        if (_lost == 0)
        {
            return;
        }

        HashSet<(ulong, ulong)> signaled = [];
        Dictionary<ulong, ulong> last = [];
        foreach (TraceEvent e in _events)
        {
            if (e.Kind == TraceEventKind.FenceSignaled)
            {
                signaled.Add((e.Context, e.Seqno));
                last[e.Context] = Math.Max(e.Seqno, last.GetValueOrDefault(e.Context));
            }
        }

        HalfSeen += _events.RemoveAll(e => e.Kind is TraceEventKind.FenceInit or TraceEventKind.FenceEmit or TraceEventKind.JobQueue or TraceEventKind.JobRun
            && e.Seqno < last.GetValueOrDefault(e.Context) && !signaled.Contains((e.Context, e.Seqno)));
        RemoveEndsAlone();
    }

    // An end whose beginning was overwritten would end whatever the viewer finds open. A wait begins and ends on one thread, whose records stand in its
    // order; an await has a number.
    private void RemoveEndsAlone()
    {
        HashSet<uint> begun = [.. _events.Where(static e => e.Kind == TraceEventKind.AwaitBegin).Select(static e => e.Await)];
        Dictionary<(int, ulong, ulong), int> waiting = [];
        HalfSeen += _events.RemoveAll(e =>
        {
            if (e.Kind is not (TraceEventKind.FenceWaitStart or TraceEventKind.FenceWaitEnd))
            {
                return e.Kind == TraceEventKind.AwaitEnd && !begun.Contains(e.Await);
            }

            ref int waits = ref CollectionsMarshal.GetValueRefOrAddDefault(waiting, (e.Tid, e.Context, e.Seqno), out _);
            waits += e.Kind == TraceEventKind.FenceWaitStart ? 1 : -1;
            bool isAlone = waits < 0;
            waits = Math.Max(waits, 0);
            return isAlone;
        });
    }

    // A host without a scheduler has no jobs of its own: what is emitted on a ring is one, queued and run at once and done with its signal.
    private void DeriveJobs()
    {
        if (_events.Exists(static e => e.IsJob))
        {
            return;
        }

        HashSet<(ulong, ulong)> emitted = [];
        int count = _events.Count;
        for (int i = 0; i < count; i++)
        {
            TraceEvent e = _events[i];
            if (e.Kind == TraceEventKind.FenceEmit && emitted.Add((e.Context, e.Seqno)))
            {
                _events.Add(e with { Kind = TraceEventKind.JobQueue, JobCount = 1, Job = e.Seqno });
                _events.Add(e with { Kind = TraceEventKind.JobRun, JobCount = 1, HardwareJobCount = 1, Job = e.Seqno });
            }
        }

        for (int i = 0; i < count; i++)
        {
            TraceEvent e = _events[i];
            if (e.Kind == TraceEventKind.FenceSignaled && emitted.Contains((e.Context, e.Seqno)))
            {
                _events.Add(e with { Kind = TraceEventKind.JobDone, Job = e.Seqno });
            }
        }
    }

    private void PutBeforeSignal()
    {
        Dictionary<(ulong, ulong), long> signaled = [];
        foreach (TraceEvent e in _events)
        {
            if (e.Kind == TraceEventKind.FenceSignaled)
            {
                signaled[(e.Context, e.Seqno)] = e.TimeNs;
            }
        }

        for (int i = 0; i < _events.Count; i++)
        {
            TraceEvent e = _events[i];
            if (StageOf(e.Kind) < StageOf(TraceEventKind.FenceEnableSignal) && signaled.TryGetValue((e.Context, e.Seqno), out long time)
                && e.TimeNs > time && e.TimeNs - time <= ClockSlackNs)
            {
                _events[i] = e with { TimeNs = time };
            }
        }
    }

    private static int StageOf(TraceEventKind kind) => kind switch
    {
        TraceEventKind.FenceInit => 0,
        TraceEventKind.FenceEmit => 1,
        TraceEventKind.JobQueue => 2,
        TraceEventKind.JobAddDependency => 3,
        TraceEventKind.JobUnschedulable => 4,
        TraceEventKind.JobRun => 5,
        TraceEventKind.FenceEnableSignal => 6,
        TraceEventKind.FenceWaitStart or TraceEventKind.AwaitBegin => 7,
        TraceEventKind.JobDone => 8,
        TraceEventKind.FenceSignaled => 9,
        TraceEventKind.FenceWaitEnd or TraceEventKind.AwaitEnd => 10,
        _ => 11,
    };

    private static string TextOf(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
