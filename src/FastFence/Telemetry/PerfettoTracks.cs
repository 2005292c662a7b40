using static FastFence.Telemetry.PerfettoFields;

namespace FastFence.Telemetry;

/// <summary>
/// The TrackEvent layer: a track a timeline with a slice a fence from emit (or init) to signal, a counter of what is pending, and
/// a flow from a job's queueing to its signal; an await a slice of its own. Context and seqno in 64 bits.
/// </summary>
internal sealed class PerfettoTracks(TraceLog log, ProtoWriter proto, Action flush)
{
    // Any number that no other writer of the same file uses.
    private const ulong Sequence = 0xFF;
    private const ulong IncrementalStateCleared = 1;
    private const int PacketsInFlush = 512;

    // Uuids: 64-bit numbers of our choice, apart by kind, timeline and lane.
    private const ulong ProcessUuid = 1UL << 60;
    private const ulong TimelineUuid = 2UL << 60;
    private const ulong CounterUuid = 3UL << 60;
    private const ulong LaneUuid = 4UL << 60;
    private const ulong AwaitUuid = 5UL << 60;
    private const int LaneShift = 24;

    private readonly Dictionary<ulong, Track> _tracks = [];
    private readonly HashSet<ulong> _flows = [];
    private int _packets;
    private int _packet;

    /// <summary>Writes the layer.</summary>
    public void Write()
    {
        int descriptor = BeginDescriptor(ProcessUuid, log.ProcessName, 0);
        int process = proto.Begin(TrackProcess);
        proto.Put(1, (long)Math.Max(log.Pid, 1)); // ProcessDescriptor.pid; 0 would be the idle task's
        proto.End(process);
        EndEvent(descriptor);
        foreach (TraceEvent e in log.Events)
        {
            Track track = TrackOf(e);
            switch (e.Kind)
            {
                case TraceEventKind.FenceInit or TraceEventKind.FenceEmit:
                    Begin(track, e);
                    break;
                case TraceEventKind.FenceSignaled:
                    End(track, e);
                    break;
                case TraceEventKind.AwaitBegin:
                    BeginAwait(track, e);
                    break;
                case TraceEventKind.AwaitEnd:
                    EndAwait(track, e);
                    break;
                default:
                    Instant(track, e);
                    break;
            }
        }
    }

    private Track TrackOf(in TraceEvent e)
    {
        if (_tracks.TryGetValue(e.Context, out Track? track))
        {
            return track;
        }

        track = new Track((ulong)_tracks.Count);
        _tracks.Add(e.Context, track);
        string name = $"{log.Names[e.Driver]} {log.Names[e.Timeline]} {e.Context}";
        EndEvent(BeginDescriptor(TimelineUuid | track.Number, name, ProcessUuid));
        int counter = BeginDescriptor(CounterUuid | track.Number, $"pending {name}", ProcessUuid);
        proto.End(proto.Begin(TrackCounter));
        EndEvent(counter);
        return track;
    }

    private void Begin(Track track, in TraceEvent e)
    {
        int lanes = track.Lanes.Count;
        if (!track.Lanes.TryTake(e.Seqno, out int lane))
        {
            Instant(track, e); // emitted after its init: the slice is open
            return;
        }

        if (track.Lanes.Count != lanes)
        {
            // One name for all lanes of a timeline: the viewer shows them as one group.
            EndEvent(BeginDescriptor(LaneOf(track, lane), "fences", TimelineUuid | track.Number));
        }

        int place = BeginEvent(e, TypeBegin, LaneOf(track, lane));
        proto.Put(EventName, $"seqno {e.Seqno}");
        Annotate(e);
        EndEvent(place);
        Count(track, e, +1);
    }

    private void End(Track track, in TraceEvent e)
    {
        if (!track.Lanes.TryGive(e.Seqno, out int lane))
        {
            Instant(track, e); // born before the trace
            return;
        }

        int place = BeginEvent(e, TypeEnd, LaneOf(track, lane));
        Annotate(e);
        ulong flow = FlowOf(e);
        if (_flows.Remove(flow))
        {
            proto.PutFixed(EventTerminatingFlowIds, flow);
        }

        EndEvent(place);
        Count(track, e, -1);
    }

    // Awaits of a timeline overlap, those of one fence too: each has a lane of its own, as the fences have.
    private void BeginAwait(Track track, in TraceEvent e)
    {
        int lanes = track.Awaits.Count;
        if (!track.Awaits.TryTake(e.Await, out int lane))
        {
            Instant(track, e); // the number was given to another await, whose end was lost
            return;
        }

        ulong uuid = AwaitUuid | (track.Number << LaneShift) | (uint)lane;
        if (track.Awaits.Count != lanes)
        {
            EndEvent(BeginDescriptor(uuid, "awaits", TimelineUuid | track.Number));
        }

        int place = BeginEvent(e, TypeBegin, uuid);
        proto.Put(EventName, $"await {e.Seqno}");
        Annotate(e);
        EndEvent(place);
    }

    private void EndAwait(Track track, in TraceEvent e)
    {
        if (!track.Awaits.TryGive(e.Await, out int lane))
        {
            Instant(track, e);
            return;
        }

        int place = BeginEvent(e, TypeEnd, AwaitUuid | (track.Number << LaneShift) | (uint)lane);
        Annotate(e);
        EndEvent(place);
    }

    private void Instant(Track track, in TraceEvent e)
    {
        int place = BeginEvent(e, TypeInstant, TimelineUuid | track.Number);
        proto.Put(EventName, $"{TraceNames.Of(e.Kind)} {e.Seqno}");
        Annotate(e);
        if (e.Kind == TraceEventKind.JobQueue && _flows.Add(FlowOf(e)))
        {
            proto.PutFixed(EventFlowIds, FlowOf(e));
        }

        EndEvent(place);
    }

    private void Count(Track track, in TraceEvent e, int change)
    {
        track.Pending += change;
        int place = BeginEvent(e, TypeCounter, CounterUuid | track.Number);
        proto.Put(EventCounterValue, (long)track.Pending);
        EndEvent(place);
    }

    private static ulong LaneOf(Track track, int lane) => LaneUuid | (track.Number << LaneShift) | (uint)lane;

    // Context and seqno in one number: seqnos of one context differ in more than the low 40 bits only after 10^12 fences.
    private static ulong FlowOf(in TraceEvent e) => (e.Context << 40) ^ e.Seqno;

    private void Annotate(in TraceEvent e)
    {
        Annotate("driver", log.Names[e.Driver]);
        Annotate("timeline", log.Names[e.Timeline]);
        Annotate("context", e.Context);
        Annotate("seqno", e.Seqno);
        if (e.Error != 0)
        {
            Annotate("error", $"-{e.Error}");
        }

        if (e.Kind == TraceEventKind.AwaitEnd)
        {
            Annotate("ended", TraceNames.Of(e.Outcome));
        }
    }

    private void Annotate(string name, string value)
    {
        int place = proto.Begin(EventAnnotations);
        proto.Put(AnnotationString, value);
        proto.Put(AnnotationName, name);
        proto.End(place);
    }

    private void Annotate(string name, ulong value)
    {
        int place = proto.Begin(EventAnnotations);
        proto.Put(AnnotationUint, value);
        proto.Put(AnnotationName, name);
        proto.End(place);
    }

    private int BeginEvent(in TraceEvent e, int type, ulong uuid)
    {
        _packet = proto.Begin(TracePacket);
        proto.Put(PacketTimestamp, e.TimeNs);
        PutSequence();
        int place = proto.Begin(PacketTrackEvent);
        proto.Put(EventType, (ulong)type);
        proto.Put(EventTrack, uuid);
        proto.Put(EventCategories, e.IsJob ? "drm_sched" : e.IsAwait ? "await" : "dma_fence");
        return place;
    }

    private void EndEvent(int place)
    {
        proto.End(place);
        proto.End(_packet);
        FlushNowAndThen();
    }

    private int BeginDescriptor(ulong uuid, string name, ulong parent)
    {
        _packet = proto.Begin(TracePacket);
        PutSequence();
        int place = proto.Begin(PacketTrackDescriptor);
        proto.Put(TrackUuid, uuid);
        proto.Put(TrackName, name);
        if (parent != 0)
        {
            proto.Put(TrackParent, parent);
        }

        return place;
    }

    private void PutSequence()
    {
        proto.Put(PacketSequenceId, Sequence);
        if (_packets++ == 0)
        {
            proto.Put(PacketSequenceFlags, IncrementalStateCleared);
        }
    }

    private void FlushNowAndThen()
    {
        if (_packets % PacketsInFlush == 0)
        {
            flush();
        }
    }


    private sealed class Track(ulong number)
    {
        public ulong Number { get; } = number;

        public TraceLanes Lanes { get; } = new();

        public TraceLanes Awaits { get; } = new();

        public int Pending { get; set; }
    }
}
