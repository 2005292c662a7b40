namespace FastFence.Telemetry;

/// <summary>Field numbers of Perfetto's trace protocol (protos/perfetto/trace), as far as they are written here.</summary>
internal static class PerfettoFields
{
    public const int TracePacket = 1;

    public const int PacketFtraceEvents = 1;
    public const int PacketProcessTree = 2;
    public const int PacketTimestamp = 8;
    public const int PacketSequenceId = 10;
    public const int PacketTrackEvent = 11;
    public const int PacketSequenceFlags = 13;
    public const int PacketTrackDescriptor = 60;

    public const int BundleCpu = 1;
    public const int BundleEvent = 2;
    public const int BundleLostEvents = 3;

    public const int FtraceTimestamp = 1;
    public const int FtracePid = 2;

    public const int DmaFenceInit = 414;
    public const int DmaFenceEmit = 415;
    public const int DmaFenceSignaled = 416;
    public const int DmaFenceWaitStart = 417;
    public const int DmaFenceWaitEnd = 418;
    public const int SchedJobAddDependency = 591;
    public const int SchedJobDone = 592;
    public const int SchedJobQueue = 593;
    public const int SchedJobRun = 594;
    public const int SchedJobUnschedulable = 595;

    public const int FenceContext = 1;
    public const int FenceDriver = 2;
    public const int FenceSeqno = 3;
    public const int FenceTimeline = 4;

    public const int JobName = 1;
    public const int JobCount = 2;
    public const int JobHardwareCount = 3;
    public const int JobDevice = 4;
    public const int JobFenceContext = 5;
    public const int JobFenceSeqno = 6;
    public const int JobClient = 7;

    // Done, AddDependency and Unschedulable.
    public const int DoneContext = 1;
    public const int DoneSeqno = 2;
    public const int DependencyContext = 3;
    public const int DependencySeqno = 4;

    public const int TreeProcesses = 1;
    public const int TreeThreads = 2;
    public const int ProcessPid = 1;
    public const int ProcessCommandLine = 3;
    public const int ThreadTid = 1;
    public const int ThreadName = 2;
    public const int ThreadProcess = 3;

    public const int EventAnnotations = 4;
    public const int EventType = 9;
    public const int EventTrack = 11;
    public const int EventCategories = 22;
    public const int EventName = 23;
    public const int EventCounterValue = 30;
    public const int EventFlowIds = 47;
    public const int EventTerminatingFlowIds = 48;

    public const int TypeBegin = 1;
    public const int TypeEnd = 2;
    public const int TypeInstant = 3;
    public const int TypeCounter = 4;

    public const int TrackUuid = 1;
    public const int TrackName = 2;
    public const int TrackProcess = 3;
    public const int TrackParent = 5;
    public const int TrackCounter = 8;

    public const int AnnotationName = 10;
    public const int AnnotationUint = 3;
    public const int AnnotationString = 6;
}
