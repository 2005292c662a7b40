using System.Globalization;
using System.Text;

namespace FastFence.Telemetry;

/// <summary>
/// Writes the events form that <c>fastfence replay</c> reads: signals, and the queueing and running of jobs. The form has no rows
/// for other events; names may hold no comma, quote or line break.
/// </summary>
internal static class CaptureCsvWriter
{
    private const string Header = "ts_ns,cpu,pid,comm,event,driver,timeline,context,seqno,sched_job,num_ibs,crtc,vblank_seq";

    /// <summary>Writes what the form can hold; how many events it could not.</summary>
    /// <exception cref="InvalidOperationException">A name cannot be written in the form.</exception>
    public static long Write(TraceLog log, Stream stream)
    {
        foreach (string name in log.Names.Concat(log.Threads.Select(static t => t.Name)))
        {
            if (name.AsSpan().IndexOfAny(",\"\r\n") >= 0)
            {
                throw new InvalidOperationException($"The name '{name}' has a comma, a quote or a line break: the CSV form cannot hold it. Export to .pftrace or .json instead.");
            }
        }

        Dictionary<int, string> threads = log.Threads.ToDictionary(static t => t.Tid, static t => t.Name);
        using StreamWriter text = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(Header);
        long skipped = 0;
        foreach (TraceEvent e in log.Events)
        {
            string? row = RowOf(log, e, threads.GetValueOrDefault(e.Tid, "<idle>"));
            if (row != null)
            {
                text.WriteLine(row);
            }
            else
            {
                skipped++;
            }
        }

        return skipped;
    }

    private static string? RowOf(TraceLog log, in TraceEvent e, string thread)
    {
        string first = string.Create(CultureInfo.InvariantCulture, $"{e.TimeNs},{e.Cpu},{e.Tid},{thread}");
        string fence = string.Create(CultureInfo.InvariantCulture, $"{log.Names[e.Timeline]},{e.Context},{e.Seqno}");
        string job = string.Create(CultureInfo.InvariantCulture, $"{e.Job},{Math.Max(1, e.JobCount)},,");
        return e.Kind switch
        {
            TraceEventKind.FenceSignaled => $"{first},dma_fence_signaled,{log.Names[e.Driver]},{fence},,,,",
            TraceEventKind.JobQueue => $"{first},amdgpu_cs_ioctl,,{fence},{job}",
            TraceEventKind.JobRun => $"{first},amdgpu_sched_run_job,,{fence},{job}",
            _ => null,
        };
    }
}
