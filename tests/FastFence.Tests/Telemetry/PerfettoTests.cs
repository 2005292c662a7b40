using FastFence.Telemetry;
using FastFence.Tool.Conversions;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>What protoc decodes from our .pftrace, by a schema with the names of Perfetto's own.</summary>
public sealed class PerfettoTests : IDisposable
{
    // An excerpt of Perfetto's messages, by tracing.md: numbers and types are theirs, so a wrong number here or there shows.
    private const string Schema = """
        syntax = "proto2";
        message Trace { repeated TracePacket packet = 1; }
        message TracePacket {
          optional Bundle ftrace_events = 1; optional Tree process_tree = 2; optional uint64 timestamp = 8; optional uint32 trusted_packet_sequence_id = 10;
          optional TrackEvent track_event = 11; optional uint32 sequence_flags = 13; optional TrackDescriptor track_descriptor = 60;
        }
        message Bundle { optional uint32 cpu = 1; repeated Ftrace event = 2; optional bool lost_events = 3; }
        message Ftrace {
          optional uint64 timestamp = 1; optional uint32 pid = 2; optional Generic generic = 327;
          optional Fence dma_fence_init = 414; optional Fence dma_fence_emit = 415; optional Fence dma_fence_signaled = 416;
          optional Fence dma_fence_wait_start = 417; optional Fence dma_fence_wait_end = 418;
          optional Dep drm_sched_job_add_dep = 591; optional Dep drm_sched_job_done = 592; optional Job drm_sched_job_queue = 593;
          optional Job drm_sched_job_run = 594; optional Dep drm_sched_job_unschedulable = 595;
        }
        message Fence { optional uint32 context = 1; optional string driver = 2; optional uint32 seqno = 3; optional string timeline = 4; }
        message Job {
          optional string name = 1; optional uint32 job_count = 2; optional int32 hw_job_count = 3; optional string dev = 4;
          optional uint64 fence_context = 5; optional uint64 fence_seqno = 6; optional uint64 client_id = 7;
        }
        message Dep { optional uint64 fence_context = 1; optional uint64 fence_seqno = 2; optional uint64 ctx = 3; optional uint64 seqno = 4; }
        message Generic { optional string event_name = 1; repeated Field field = 2; }
        message Field { optional string name = 1; optional string str_value = 3; optional int64 int_value = 4; optional uint64 uint_value = 5; }
        message Tree { repeated Process processes = 1; repeated Thread threads = 2; }
        message Process { optional int32 pid = 1; repeated string cmdline = 3; }
        message Thread { optional int32 tid = 1; optional string name = 2; optional int32 tgid = 3; }
        message TrackEvent {
          repeated Annotation debug_annotations = 4; optional int32 type = 9; optional uint64 track_uuid = 11; repeated string categories = 22;
          optional string name = 23; optional int64 counter_value = 30; repeated fixed64 flow_ids = 47; repeated fixed64 terminating_flow_ids = 48;
        }
        message Annotation { optional uint64 uint_value = 3; optional string string_value = 6; optional string name = 10; }
        message TrackDescriptor { optional uint64 uuid = 1; optional string name = 2; optional PD process = 3; optional uint64 parent_uuid = 5; optional Counter counter = 8; }
        message PD { optional int32 pid = 1; }
        message Counter { }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("fastfence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("dma_fence_init { context: 42 driver: \"amdgpu\" seqno: 5 timeline: \"gfx_0.0.0\" }")]
    [InlineData("dma_fence_emit { context: 42")]
    [InlineData("dma_fence_signaled { context: 42")]
    [InlineData("dma_fence_wait_start { context: 42")]
    [InlineData("dma_fence_wait_end { context: 42")]
    [InlineData("generic { event_name: \"dma_fence_destroy\"")]
    [InlineData("generic { event_name: \"dma_fence_enable_signal\"")]
    [InlineData("drm_sched_job_queue { name: \"gfx_0.0.0\" job_count: 2 hw_job_count: 1 dev: \"amdgpu\" fence_context: 30064771114 fence_seqno: 12884901893 client_id: 4711 }")]
    [InlineData("drm_sched_job_run { name: \"gfx_0.0.0\"")]
    [InlineData("drm_sched_job_done { fence_context: 30064771114 fence_seqno: 12884901893 }")]
    [InlineData("drm_sched_job_add_dep { fence_context: 30064771114 fence_seqno: 12884901893 ctx: 9 seqno: 10 }")]
    [InlineData("drm_sched_job_unschedulable { fence_context: 30064771114 fence_seqno: 12884901893 ctx: 9 seqno: 10 }")]
    [InlineData("processes { pid: 4711 cmdline: \"host\" }")]
    [InlineData("threads { tid: 4712 name: \"poller\" tgid: 4711 }")]
    [InlineData("track_descriptor { uuid: 2305843009213693952 name: \"amdgpu gfx_0.0.0 30064771114\" parent_uuid: 1152921504606846976 }")]
    [InlineData("debug_annotations { uint_value: 12884901893 name: \"seqno\" }")]
    [InlineData("debug_annotations { string_value: \"-125\" name: \"error\" }")]
    public void EveryMessageHasItsNumbersAndTypes(string expected) => Assert.Contains(expected, Decode(SampleTrace.Build()), StringComparison.Ordinal);

    [Fact]
    public void EveryFenceHasItsOwnSignalInSeqnoOrderWithItsNames()
    {
        string text = Decode(SampleTrace.Many(500));
        for (int timeline = 0; timeline < 5; timeline++)
        {
            int at = 0;
            for (int seqno = 1; seqno <= 100; seqno++)
            {
                string signal = $"dma_fence_signaled {{ context: {100 + timeline} driver: \"driver\" seqno: {seqno} timeline: \"timeline {timeline}\" }}";
                int found = text.IndexOf(signal, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"not found, or out of turn: {signal}");
                at = found + 1;
            }
        }
    }

    [Fact]
    public void AJobsFlowBeginsAtItsQueueAndEndsAtItsSignal()
    {
        TraceLog log = new() { Pid = 1 };
        TraceEvent e = new() { TimeNs = 1, Kind = TraceEventKind.JobQueue, Driver = log.Intern("d"), Timeline = log.Intern("t"), Context = 2, Seqno = 3 };
        log.Add(e);
        log.Add(e with { Kind = TraceEventKind.FenceInit, TimeNs = 2 });
        log.Add(e with { Kind = TraceEventKind.FenceSignaled, TimeNs = 3 });
        string text = Decode(log);
        Assert.Contains(" flow_ids: 2199023255555", text, StringComparison.Ordinal);
        Assert.Contains("terminating_flow_ids: 2199023255555", text, StringComparison.Ordinal);
    }

    private string Decode(TraceLog log)
    {
        string file = Path.Combine(_folder, "trace.pftrace");
        File.WriteAllText(Path.Combine(_folder, "trace.proto"), Schema);
        TraceFile.Write(log, TraceFormat.Perfetto, file);
        string text = ForeignTool.Read("protoc", "protobuf-compiler", file, $"--proto_path={_folder}", "--decode=Trace", "trace.proto");
        Assert.DoesNotMatch(@"(?m)^\s*\d+: ", text); // a field that the schema does not know is printed by its number
        return string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }
}
