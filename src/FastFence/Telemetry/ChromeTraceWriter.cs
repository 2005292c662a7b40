using System.Globalization;
using System.Text.Json;

namespace FastFence.Telemetry;

/// <summary>
/// Writes Chrome's JSON: a fence is an asynchronous slice with the context and seqno as its id, a blocking wait a slice of its
/// thread, everything else an instant. Times in microseconds with ns behind the point.
/// </summary>
internal static class ChromeTraceWriter
{
    /// <summary>Writes the whole log. Blocks as the stream does.</summary>
    public static void Write(TraceLog log, Stream stream)
    {
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartArray("traceEvents");
        WriteThreads(log, json);
        HashSet<(ulong Context, ulong Seqno)> open = [];
        foreach (TraceEvent e in log.Events)
        {
            string phase = PhaseOf(e, open);
            json.WriteStartObject();
            json.WriteString("ph", phase);
            json.WriteString("name", phase is "b" or "e" ? $"{log.Names[e.Timeline]} {e.Seqno}" : $"{TraceNames.Of(e.Kind)} {e.Seqno}");
            json.WriteString("cat", $"{log.Names[e.Driver]} {log.Names[e.Timeline]} {e.Context}");
            json.WritePropertyName("ts");
            json.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{e.TimeNs / 1000}.{e.TimeNs % 1000:000}"));
            json.WriteNumber("pid", log.Pid);
            json.WriteNumber("tid", e.Tid);
            WriteRest(log, json, e, phase);
            json.WriteEndObject();
            if (json.BytesPending > 64 * 1024)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string PhaseOf(in TraceEvent e, HashSet<(ulong Context, ulong Seqno)> open) => e.Kind switch
    {
        TraceEventKind.FenceInit or TraceEventKind.FenceEmit => open.Add((e.Context, e.Seqno)) ? "b" : "n",
        TraceEventKind.FenceSignaled => open.Remove((e.Context, e.Seqno)) ? "e" : "i",
        TraceEventKind.FenceWaitStart => "B",
        TraceEventKind.FenceWaitEnd => "E",
        _ => "i",
    };

    private static void WriteRest(TraceLog log, Utf8JsonWriter json, in TraceEvent e, string phase)
    {
        if (phase is "b" or "e" or "n")
        {
            json.WriteString("id", $"{e.Context}:{e.Seqno}");
        }
        else if (phase == "i")
        {
            json.WriteString("s", "t");
        }

        json.WriteStartObject("args");
        json.WriteString("driver", log.Names[e.Driver]);
        json.WriteString("timeline", log.Names[e.Timeline]);
        json.WriteString("context", e.Context.ToString(CultureInfo.InvariantCulture)); // as text: JSON readers keep 53 bits
        json.WriteString("seqno", e.Seqno.ToString(CultureInfo.InvariantCulture));
        if (e.Error != 0)
        {
            json.WriteNumber("error", -(long)e.Error);
        }

        json.WriteEndObject();
    }

    private static void WriteThreads(TraceLog log, Utf8JsonWriter json)
    {
        WriteMetadata(json, "process_name", log.Pid, 0, log.ProcessName);
        foreach (TraceThread thread in log.Threads)
        {
            WriteMetadata(json, "thread_name", log.Pid, thread.Tid, thread.Name);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, string what, int pid, int tid, string name)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteString("name", what);
        json.WriteNumber("pid", pid);
        json.WriteNumber("tid", tid);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
