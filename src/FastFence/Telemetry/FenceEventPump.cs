// From the flight recorder to EventPipe. Fences are made and signaled on threads that must not run a listener's code (a native poller cannot),
// so they write records, and this thread hands them on. It runs while a session wants fences.
using System.Runtime.InteropServices;
using System.Text;
using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Hands records of fences to <see cref="FenceEventSource"/>. Own thread; engines never wait for it.</summary>
internal sealed unsafe class FenceEventPump
{
    private const long NapNanoseconds = 5_000_000;

    private static readonly Lock s_lock = new();
    private static bool s_runs;

    private readonly Dictionary<uint, string> _names = [];
    private readonly Dictionary<uint, ulong> _next = [];
    private readonly List<(int Thread, int Count, ulong Lost)> _pieces = [];
    private RecordEntry[] _records = [];
    private int _count;

    private FenceEventPump()
    {
    }

    /// <summary>Starts it where a session wants fences and it does not run.</summary>
    public static void Start(FenceEventSource source)
    {
        lock (s_lock)
        {
            if (!s_runs && source.WantsFences)
            {
                s_runs = true;
                new Thread(new FenceEventPump().Run) { Name = "FastFence events", IsBackground = true }.Start();
            }
        }
    }

    private void Run()
    {
        bool first = true;
        while (GoesOn())
        {
            MeteredEngines.Visit(static e => e.KeepRecording(true)); // also those that came meanwhile
            RecordArea* area = RecordMemory.Area;
            if (area != null)
            {
                Read(area, skip: first);
                first = false;
                Write();
            }

            Nap.For(NapNanoseconds);
        }

        MeteredEngines.Visit(static e => e.KeepRecording(false));
    }

    // Under the lock: a session that comes just now finds us running, or starts another one.
    private static bool GoesOn()
    {
        lock (s_lock)
        {
            return s_runs = FenceEventSource.Log.WantsFences;
        }
    }

    // Under the table's lock no name that a record speaks of goes, and an id has no other name.
    private void Read(RecordArea* area, bool skip)
    {
        _pieces.Clear();
        _names.Clear();
        _count = 0;
        lock (NameTable.Gate)
        {
            for (uint i = 0; i < Atomic.LoadAcquire(ref area->RingsUsed); i++)
            {
                RecordRing* ring = RecordArea.RingAt(area, i);
                if (skip)
                {
                    _next[i] = Atomic.LoadAcquire(ref ring->Count); // what was before the session is not its
                }
                else
                {
                    ReadRing(ring, i, area->RingRecords);
                }
            }
        }
    }

    private void ReadRing(RecordRing* ring, uint index, uint room)
    {
        ulong from = _next.GetValueOrDefault(index);
        if (_records.Length < _count + room)
        {
            Array.Resize(ref _records, _count + (int)room);
        }

        fixed (RecordEntry* into = &_records[_count])
        {
            uint count = RecordRing.Copy(ring, Math.Max(from, ring->Floor), into, room, out ulong first);
            if (count == 0)
            {
                return;
            }

            for (uint i = 0; i < count; i++)
            {
                Keep(into[i].Driver);
                Keep(into[i].Timeline);
            }

            _pieces.Add((ring->ThreadId, (int)count, first - from));
            _count += (int)count;
            _next[index] = first + count;
        }
    }

    private void Keep(uint id)
    {
        ref string? name = ref CollectionsMarshal.GetValueRefOrAddDefault(_names, id, out bool known);
        if (!known)
        {
            name = Encoding.UTF8.GetString(NameTable.Text(id));
        }
    }

    private void Write()
    {
        int at = 0;
        foreach ((int owner, int count, ulong lost) in _pieces)
        {
            if (lost != 0)
            {
                FenceEventSource.Log.FenceEventsLost(owner, (long)lost);
            }

            int thread = owner;
            ReadOnlySpan<RecordEntry> records = _records.AsSpan(at, count);
            at += count;
            for (int i = 0; i < records.Length; i++)
            {
                ref readonly RecordEntry r = ref records[i];
                thread = r.Kind == RecordKind.Owner ? (int)r.Context : thread;
                bool hasRest = i + 1 < records.Length && records[i + 1].Kind == RecordKind.Rest;
                Write(r, thread, hasRest ? -(long)records[i + 1].Context : 0);
            }
        }
    }

    private void Write(in RecordEntry r, int thread, long error)
    {
        FenceEventSource log = FenceEventSource.Log;
        if (r.Kind is RecordKind.None or > RecordKind.FenceDestroy)
        {
            return; // a rest was read with its record, jobs are the recorder's
        }

        string driver = _names[r.Driver], timeline = _names[r.Timeline];
        (long context, long seqno) = ((long)r.Context, (long)r.Seqno);
        switch (r.Kind)
        {
            case RecordKind.FenceInit: log.FenceInit(r.Time, thread, context, seqno, driver, timeline); break;
            case RecordKind.FenceEmit: log.FenceEmit(r.Time, thread, context, seqno, driver, timeline); break;
            case RecordKind.FenceEnableSignal: log.FenceEnableSignal(r.Time, thread, context, seqno, driver, timeline); break;
            case RecordKind.FenceSignaled: log.FenceSignaled(r.Time, thread, context, seqno, error, driver, timeline); break;
            case RecordKind.FenceWaitStart: log.FenceWaitBegin(r.Time, thread, context, seqno, driver, timeline); break;
            case RecordKind.FenceWaitEnd: log.FenceWaitEnd(r.Time, thread, context, seqno, driver, timeline); break;
            default: log.FenceDestroy(r.Time, thread, context, seqno, driver, timeline); break;
        }
    }
}
