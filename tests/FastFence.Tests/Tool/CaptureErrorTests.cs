using System.Text;
using FastFence.Tool.Captures;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Bad captures are refused as a whole, with file, line, column, what was found and what was expected.</summary>
public class CaptureErrorTests
{
    private const string Job = "105,gfx,105,9,amdgpu_cs:0,1150,3,115,125,135,51,145,1";

    [Fact]
    public void ABadNumberNamesFileLineAndColumn()
    {
        CaptureFormatException e = CaptureText.Refused(CaptureText.Jobs(CaptureText.JobRows[0], Job.Replace(",105,9", ",abc,9", StringComparison.Ordinal)));
        Assert.Equal("capture.csv:3: column 3 'finished_context': found 'abc', expected an unsigned 64-bit number", e.Message);
        Assert.Equal((3, 3, "finished_context"), (e.Line, e.Column, e.ColumnName));
    }

    [Theory]
    [InlineData("", 1, "submit_ns")] // an empty line
    [InlineData("105,gfx,105", 4, "seqno")]
    [InlineData(Job + ",", 14, "(none)")]
    [InlineData(Job + ",x", 14, "(none)")]
    [InlineData("-105,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData("+105,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData(" 105,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData("105 ,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData("1e3,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData("9223372036854775808,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")]
    [InlineData("99,gfx,105,9,c,1150,3,115,125,135,51,145,1", 1, "submit_ns")] // before the row before
    [InlineData("105,,105,9,c,1150,3,115,125,135,51,145,1", 2, "timeline")]
    [InlineData("105,\"gfx\",105,9,c,1150,3,115,125,135,51,145,1", 2, "timeline")]
    [InlineData("105,g\tx,105,9,c,1150,3,115,125,135,51,145,1", 2, "timeline")]
    [InlineData("105,sdma0,4929,9,c,1150,3,115,125,135,51,145,1", 2, "timeline")] // context 4929 was gfx
    [InlineData("105,gfx,,9,c,1150,3,115,125,135,51,145,1", 3, "finished_context")]
    [InlineData("105,gfx,1,9,c,1150,3,115,125,135,51,145,1", 3, "finished_context")] // scheduled would be the hardware's 0
    [InlineData("105,gfx,4930,9,c,1150,3,115,125,135,51,145,1", 3, "finished_context")] // scheduled would be 4929
    [InlineData("105,gfx,4928,9,c,1150,3,115,125,135,51,145,1", 3, "finished_context")]
    [InlineData("105,gfx,18446744073709551616,9,c,1150,3,115,125,135,51,145,1", 3, "finished_context")]
    [InlineData("105,gfx,105,0x9,c,1150,3,115,125,135,51,145,1", 4, "seqno")]
    [InlineData("105,gfx,4929,7,c,1150,3,115,125,135,51,145,1", 4, "seqno")] // the same job twice
    [InlineData("105,gfx,105,9,c,2147483648,3,115,125,135,51,145,1", 6, "submit_pid")]
    [InlineData("105,gfx,105,9,c,1150,3,104,125,135,51,145,1", 8, "run_ns")]
    [InlineData("105,gfx,105,9,c,1150,3,115,114,135,51,145,1", 9, "scheduled_signal_ns")]
    [InlineData("105,gfx,105,9,c,1150,3,115,125,124,51,145,1", 10, "hw_signal_ns")]
    [InlineData("105,gfx,105,9,c,1150,3,115,125,135,50,145,1", 11, "hw_seqno")] // the same hardware fence twice
    [InlineData("105,gfx,105,9,c,1150,3,115,125,135,51,134,1", 12, "finished_signal_ns")]
    [InlineData("105,gfx,105,9,c,1150,3,115,125,135,51,145,", 13, "signal_cpu")]
    public void ABadJobRowIsRefused(string row, int column, string name) =>
        Refused(CaptureText.Jobs(CaptureText.JobRows[0], row, CaptureText.JobRows[1]), 3, column, name);

    [Theory]
    [InlineData("39,1,0,<idle>,drm_vblank_event,,,,,,,0,1", 1, "ts_ns")]
    [InlineData("50,1,0,,drm_vblank_event,,,,,,,0,1", 4, "comm")]
    [InlineData("50,1,0,x,dma_fence_emit,a,gfx,1,1,,,,", 5, "event")]
    [InlineData("50,1,0,x,,a,gfx,1,1,,,,", 5, "event")]
    [InlineData("50,1,0,x,dma_fence_signaled,,gfx,1,1,,,,", 6, "driver")]
    [InlineData("50,1,0,x,dma_fence_signaled,amdgpu,gfx,4929,3201,,,,", 6, "driver")] // context 4929 was amd_sched
    [InlineData("50,1,0,x,amdgpu_cs_ioctl,amdgpu,gfx,1,1,1,1,,", 6, "driver")]
    [InlineData("50,1,0,x,drm_vblank_event,,gfx,,,,,0,1", 7, "timeline")]
    [InlineData("50,1,0,x,dma_fence_signaled,amd_sched,sdma0,4929,3201,,,,", 7, "timeline")]
    [InlineData("50,1,0,x,dma_fence_signaled,a,gfx,,1,,,,", 8, "context")]
    [InlineData("50,1,0,x,dma_fence_signaled,a,gfx,1,,,,,", 9, "seqno")]
    [InlineData("50,1,0,x,amdgpu_cs_ioctl,,gfx,4929,3200,5,1,,", 9, "seqno")] // submitted twice
    [InlineData("50,1,0,x,amdgpu_sched_run_job,,gfx,4929,3200,5,1,,", 9, "seqno")] // run twice
    [InlineData("50,1,0,x,dma_fence_signaled,a,gfx,1,1,7,,,", 10, "sched_job")]
    [InlineData("50,1,0,x,amdgpu_sched_run_job,,gfx,1,1,,1,,", 10, "sched_job")]
    [InlineData("50,1,0,x,amdgpu_sched_run_job,,gfx,1,1,1,,,", 11, "num_ibs")]
    [InlineData("50,1,0,x,drm_vblank_event,,,,,,,,1", 12, "crtc")]
    [InlineData("50,1,0,x,drm_vblank_event,,,,,,,0,", 13, "vblank_seq")]
    public void ABadEventRowIsRefused(string row, int column, string name) =>
        Refused(CaptureText.Events([.. CaptureText.EventRows, row]), 6, column, name);

    [Fact]
    public void SeqnosThatJumpOrRepeatInSignalsAreNoParseError() => Assert.Equal(7, CaptureText.Read(CaptureText.Events(
        [.. CaptureText.EventRows, "50,1,0,x,dma_fence_signaled,amd_sched,gfx,4929,3209,,,,",
        "51,1,0,x,dma_fence_signaled,amd_sched,gfx,4929,3205,,,,", "51,1,0,x,dma_fence_signaled,amd_sched,gfx,4929,3205,,,,"])).Events.Length);

    [Fact]
    public void AHeaderWithAWrongColumnNamesIt()
    {
        CaptureFormatException e = CaptureText.Refused(CaptureText.Jobs().Replace("finished_context", "ctx", StringComparison.Ordinal));
        Assert.Equal("capture.csv:1: column 3 'finished_context': found 'ctx', expected the column name 'finished_context'", e.Message);
    }

    [Fact]
    public void AHeaderWithAColumnMissingOrTooManyNamesIt()
    {
        Assert.Equal(13, CaptureText.Refused(CaptureText.JobsHeader[..CaptureText.JobsHeader.LastIndexOf(',')]).Column);
        Assert.Equal(14, CaptureText.Refused(CaptureText.EventsHeader + ",more\n").Column);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("PK\u0003\u0004 a binary file")]
    [InlineData("100,gfx,4929,7,RenderThread,25155,3,110,120,130,50,140,1\n")]
    public void AFileWithoutAHeaderIsRefusedAtLineOne(string text) => Assert.Equal(1, CaptureText.Refused(text).Line);

    [Fact]
    public void AHeaderAloneIsNoCapture()
    {
        Assert.Contains("at least one row", CaptureText.Refused(CaptureText.Jobs()).Message, StringComparison.Ordinal);
        Assert.Contains("at least one row", CaptureText.Refused(CaptureText.EventsHeader).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALineWithoutEndIsRefusedAndNotHeld() =>
        Assert.Contains("longer than", CaptureText.Refused(CaptureText.Jobs(new string('1', CaptureLines.MaxLine + 3))).Message, StringComparison.Ordinal);

    [Fact]
    public void BytesThatAreNotUtf8AreRefused()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(CaptureText.Jobs(CaptureText.JobRows[0].Replace("Render", "R\u00e9nder", StringComparison.Ordinal)));
        Assert.Equal(5, Assert.Throws<CaptureFormatException>(() => CaptureText.Read(bytes)).Column);
    }

    [Fact]
    public void ControlCharactersOfABadFieldDoNotReachTheScreen() =>
        Assert.DoesNotContain('\u001b', CaptureText.Refused(CaptureText.Jobs("\u001b[2J,gfx")).Message);

    private static void Refused(string text, long line, int column, string name)
    {
        CaptureFormatException e = CaptureText.Refused(text);
        Assert.Equal((line, column, name), (e.Line, e.Column, e.ColumnName));
        Assert.StartsWith($"capture.csv:{line}: column {column} '{name}': found ", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.Expected);
    }
}
