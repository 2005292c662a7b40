using CsCheck;
using FastFence.Tool.Captures;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>What is written is what is read, however the lines end and wherever the buffer is cut.</summary>
public class CaptureRoundTripTests
{
    private static readonly Gen<string> s_name = Gen.String[Gen.Char["abcXYZ09_:/<>-. \u00e9"], 1, 20];

    // Steps, not times: their sums then are in order, as the form demands.
    private static readonly Gen<(long Step, long[] Spans, uint Pid, uint Cpu, uint NumIbs, string Comm, int Context)> s_row = Gen.Select(
        Gen.Long[0, 1L << 40], Gen.Long[0, 1L << 40].Array[4], Gen.UInt[0, int.MaxValue], Gen.UInt[0, 4096], Gen.UInt[0, int.MaxValue],
        s_name, Gen.Int[0, 4]);

    private static readonly Gen<CaptureJob[]> s_jobs = Gen.Select(
        s_row.Array[1, 60], Gen.ULong[0, ulong.MaxValue - 100], Gen.ULong[2, ulong.MaxValue - 100], s_name,
        static (rows, seqno, context, timeline) => rows.Select((r, i) => Build(rows, i, seqno, context, timeline)).ToArray());

    private static readonly Gen<(bool Crlf, bool LastNewline, bool ByteOrderMark)> s_layout = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool);

    [Fact]
    public void JobsThatAreWrittenAreReadBack() => Gen.Select(s_jobs, s_layout).Sample(static (jobs, layout) =>
    {
        string newline = layout.Crlf ? "\r\n" : "\n";
        string text = (layout.ByteOrderMark ? "\uFEFF" : "")
            + string.Join(newline, jobs.Select(CaptureText.Row).Prepend(CaptureText.JobsHeader))
            + (layout.LastNewline ? newline : "");
        Assert.Equal(jobs, CaptureText.Read(text).Jobs);
    });

    [Fact]
    public void AFileOfManyBuffersIsReadToItsEnd()
    {
        const int Rows = 20_000;
        string text = CaptureText.Jobs([.. Enumerable.Range(0, Rows).Select(static i => CaptureText.Row(
            new CaptureJob(i, "gfx", 9, (ulong)i, "task", 1, 1, i, i, i, (ulong)i, i, 0)))]);
        Assert.True(text.Length > 10 * CaptureLines.MaxLine);
        Assert.Equal(Rows, CaptureText.Read(text).Jobs.Length);
        Assert.Equal(Rows + 2, CaptureText.Refused(text + "x").Line);
    }

    [Fact]
    public void AStreamThatGivesOneByteAtATimeReadsTheSame()
    {
        using OneByteStream stream = new(System.Text.Encoding.UTF8.GetBytes(CaptureText.Events(CaptureText.EventRows)));
        Assert.Equal(CaptureText.Read(CaptureText.Events(CaptureText.EventRows)).Events, Capture.Read(stream, "x").Events);
    }

    [Fact]
    public void EqualNamesShareOneString()
    {
        var jobs = CaptureText.Read(CaptureText.Jobs(CaptureText.JobRows)).Jobs;
        Assert.Same(jobs[0].Timeline, jobs[1].Timeline);
    }

    private static CaptureJob Build(
        (long Step, long[] Spans, uint Pid, uint Cpu, uint NumIbs, string Comm, int Context)[] rows, int i, ulong seqno, ulong context,
        string timeline)
    {
        var r = rows[i];
        long submit = rows.Take(i + 1).Sum(static x => x.Step);
        long run = submit + r.Spans[0], scheduled = run + r.Spans[1], hardware = scheduled + r.Spans[2];

        // Every other context, for the one below a finished context is the scheduled fence's.
        return new CaptureJob(submit, timeline, context + (2 * (ulong)r.Context), seqno + (ulong)i, r.Comm, (int)r.Pid, (int)r.NumIbs, run,
            scheduled, hardware, seqno + (ulong)i, hardware + r.Spans[3], (int)r.Cpu);
    }

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }
}
