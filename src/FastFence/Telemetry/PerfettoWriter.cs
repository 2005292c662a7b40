// A Perfetto trace in two layers. Kernel-shaped ftrace events, which Perfetto's tracks and SQL for dma_fence and drm_sched take as
// they are; they cut context and seqno of a fence to 32 bits and need one signaled event a fence, in seqno order. And TrackEvents
// (PerfettoTracks), which keep 64 bits and show what overlaps. Times are on the clock of both layers' default, boot time.
using static FastFence.Telemetry.PerfettoFields;

namespace FastFence.Telemetry;

/// <summary>Writes a <c>.pftrace</c>. Thread class: any; blocks as the stream does.</summary>
internal sealed class PerfettoWriter
{
    private const int EventsInBundle = 256;

    private readonly TraceLog _log;
    private readonly Stream _stream;
    private readonly ProtoWriter _proto = new();

    private PerfettoWriter(TraceLog log, Stream stream) => (_log, _stream) = (log, stream);

    /// <summary>Writes the whole log.</summary>
    public static void Write(TraceLog log, Stream stream)
    {
        PerfettoWriter writer = new(log, stream);
        writer.WriteProcessTree();
        writer.WriteBundles();
        new PerfettoTracks(log, writer._proto, writer.Flush).Write();
        writer.Flush();
    }

    private void Flush()
    {
        _stream.Write(_proto.Written);
        _proto.Clear();
    }

    private void WriteProcessTree()
    {
        int packet = _proto.Begin(TracePacket);
        if (_log.Events.Count != 0)
        {
            _proto.Put(PacketTimestamp, _log.Events[0].TimeNs);
        }

        int tree = _proto.Begin(PacketProcessTree);
        foreach (int pid in _log.Threads.Select(static t => t.Pid).Append(_log.Pid).Where(static p => p != 0).Distinct().Order())
        {
            int process = _proto.Begin(TreeProcesses);
            _proto.Put(ProcessPid, (long)pid);
            _proto.Put(ProcessCommandLine, pid == _log.Pid ? _log.ProcessName : $"process {pid}");
            _proto.End(process);
        }

        foreach (TraceThread thread in _log.Threads)
        {
            int place = _proto.Begin(TreeThreads);
            _proto.Put(ThreadTid, (long)thread.Tid);
            _proto.Put(ThreadName, thread.Name);
            _proto.Put(ThreadProcess, (long)thread.Pid);
            _proto.End(place);
        }

        _proto.End(tree);
        _proto.End(packet);
    }

    // A bundle is of one CPU.
    private void WriteBundles()
    {
        IReadOnlyList<TraceEvent> events = _log.Events;
        for (int first = 0; first < events.Count;)
        {
            int end = first + 1;
            while (end < events.Count && end - first < EventsInBundle && events[end].Cpu == events[first].Cpu)
            {
                end++;
            }

            int packet = _proto.Begin(TracePacket);
            int bundle = _proto.Begin(PacketFtraceEvents);
            _proto.Put(BundleCpu, (ulong)events[first].Cpu);
            for (int i = first; i < end; i++)
            {
                WriteFtraceEvent(events[i]);
            }

            if (first == 0 && _log.Lost != 0)
            {
                _proto.Put(BundleLostEvents, 1UL);
            }

            _proto.End(bundle);
            _proto.End(packet);
            Flush();
            first = end;
        }
    }

    private void WriteFtraceEvent(in TraceEvent e)
    {
        if (e.IsAwait)
        {
            return; // waits of this layer are a stack per thread: PerfettoTracks has the awaits
        }

        int place = _proto.Begin(BundleEvent);
        _proto.Put(FtraceTimestamp, e.TimeNs);
        _proto.Put(FtracePid, (long)e.Tid); // an event without a pid is dropped silently: 0 is written, too
        switch (e.Kind)
        {
            case TraceEventKind.JobQueue or TraceEventKind.JobRun:
                WriteJob(e);
                break;
            case TraceEventKind.JobDone or TraceEventKind.JobAddDependency or TraceEventKind.JobUnschedulable:
                WriteJobFence(e);
                break;
            case TraceEventKind.FenceEnableSignal or TraceEventKind.FenceDestroy:
                PerfettoGeneric.Write(_proto, _log, e);
                break;
            default:
                WriteFence(e);
                break;
        }

        _proto.End(place);
    }

    private void WriteFence(in TraceEvent e)
    {
        int field = e.Kind switch
        {
            TraceEventKind.FenceInit => DmaFenceInit,
            TraceEventKind.FenceEmit => DmaFenceEmit,
            TraceEventKind.FenceSignaled => DmaFenceSignaled,
            TraceEventKind.FenceWaitStart => DmaFenceWaitStart,
            _ => DmaFenceWaitEnd,
        };
        int place = _proto.Begin(field);
        _proto.Put(FenceContext, (ulong)(uint)e.Context);
        _proto.Put(FenceDriver, _log.Names[e.Driver]);
        _proto.Put(FenceSeqno, (ulong)(uint)e.Seqno);
        _proto.Put(FenceTimeline, _log.Names[e.Timeline]);
        _proto.End(place);
    }

    private void WriteJob(in TraceEvent e)
    {
        int place = _proto.Begin(e.Kind == TraceEventKind.JobQueue ? SchedJobQueue : SchedJobRun);
        _proto.Put(JobName, _log.Names[e.Timeline]);
        _proto.Put(JobCount, (ulong)e.JobCount);
        _proto.Put(JobHardwareCount, (long)e.HardwareJobCount);
        _proto.Put(JobDevice, _log.Names[e.Driver]);
        _proto.Put(JobFenceContext, e.Context);
        _proto.Put(JobFenceSeqno, e.Seqno);
        _proto.Put(JobClient, (ulong)e.Tid);
        _proto.End(place);
    }

    private void WriteJobFence(in TraceEvent e)
    {
        bool done = e.Kind == TraceEventKind.JobDone;
        int place = _proto.Begin(done ? SchedJobDone : e.Kind == TraceEventKind.JobAddDependency ? SchedJobAddDependency : SchedJobUnschedulable);
        _proto.Put(DoneContext, e.Context);
        _proto.Put(DoneSeqno, e.Seqno);
        if (!done)
        {
            _proto.Put(DependencyContext, e.OtherContext);
            _proto.Put(DependencySeqno, e.OtherSeqno);
        }

        _proto.End(place);
    }
}
