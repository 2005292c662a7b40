namespace FastFence.Telemetry;

/// <summary>The two fence events for which Perfetto has no message of their own, as generic ftrace events.</summary>
internal static class PerfettoGeneric
{
    private const int Generic = 327;
    private const int EventName = 1;
    private const int Field = 2;
    private const int FieldName = 1;
    private const int FieldString = 3;
    private const int FieldUint = 5;

    /// <summary>Writes the event into the FtraceEvent that is open.</summary>
    public static void Write(ProtoWriter proto, TraceLog log, in TraceEvent e)
    {
        int place = proto.Begin(Generic);
        proto.Put(EventName, e.Kind == TraceEventKind.FenceDestroy ? "dma_fence_destroy" : "dma_fence_enable_signal");
        Text(proto, "driver", log.Names[e.Driver]);
        Text(proto, "timeline", log.Names[e.Timeline]);
        Number(proto, "context", e.Context);
        Number(proto, "seqno", e.Seqno);
        proto.End(place);
    }

    private static void Text(ProtoWriter proto, string name, string value)
    {
        int place = proto.Begin(Field);
        proto.Put(FieldName, name);
        proto.Put(FieldString, value);
        proto.End(place);
    }

    private static void Number(ProtoWriter proto, string name, ulong value)
    {
        int place = proto.Begin(Field);
        proto.Put(FieldName, name);
        proto.Put(FieldUint, value);
        proto.End(place);
    }
}
