using System.Globalization;
using System.Text;
using FastFence.Tool.Captures;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Small captures as text, for tests to bend.</summary>
internal static class CaptureText
{
    internal const string Path = "capture.csv";

    internal static string JobsHeader { get; } = string.Join(',', CaptureColumns.Jobs);

    internal static string EventsHeader { get; } = string.Join(',', CaptureColumns.Events);

    /// <summary>Two good rows of the jobs form.</summary>
    internal static string[] JobRows { get; } =
    [
        "100,gfx,4929,7,RenderThread,25155,3,110,120,130,50,140,1",
        "105,gfx,105,9,amdgpu_cs:0,1150,3,115,125,135,51,145,1",
    ];

    /// <summary>Four good rows of the events form, one of each kind.</summary>
    internal static string[] EventRows { get; } =
    [
        "10,3,25155,RenderThread,amdgpu_cs_ioctl,,gfx,4929,3200,3489726,1,,",
        "20,3,199,gfx,amdgpu_sched_run_job,,gfx,4929,3200,3489726,1,,",
        "30,3,0,<idle>,dma_fence_signaled,amd_sched,gfx,4929,3200,,,,",
        "40,1,0,<idle>,drm_vblank_event,,,,,,,0,37841180",
    ];

    internal static string Jobs(params string[] rows) => Lines([JobsHeader, .. rows]);

    internal static string Events(params string[] rows) => Lines([EventsHeader, .. rows]);

    internal static string Lines(params string[] lines) => string.Concat(lines.Select(static l => l + "\n"));

    internal static string Row(CaptureJob j) => string.Create(CultureInfo.InvariantCulture,
        $"{j.SubmitNs},{j.Timeline},{j.FinishedContext},{j.Seqno},{j.SubmitComm},{j.SubmitPid},{j.NumIbs},{j.RunNs},{j.ScheduledSignalNs},{j.HardwareSignalNs},{j.HardwareSeqno},{j.FinishedSignalNs},{j.SignalCpu}");

    internal static Capture Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    internal static Capture Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return Capture.Read(stream, Path);
    }

    internal static CaptureFormatException Refused(string text) => Assert.Throws<CaptureFormatException>(() => Read(text));
}
