using System.Globalization;
using System.Text.Json;

namespace FastFence.Telemetry;

/// <summary>
/// Writes Chrome's JSON: a fence is an asynchronous slice with the context and seqno as its id, a blocking wait a slice of its
/// thread, an await an asynchronous slice of its own, everything else an instant. Times in microseconds with ns behind the point.
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
        HashSet<string> open = [];
        foreach (TraceEvent e in log.Events)
        {
            string phase = PhaseOf(e, open);
            json.WriteStartObject();
            json.WriteString("ph", phase);
            json.WriteString("name", e.IsAwait ? $"await {log.Names[e.Timeline]} {e.Seqno}" : phase is "b" or "e" ? $"{log.Names[e.Timeline]} {e.Seqno}" : $"{TraceNames.Of(e.Kind)} {e.Seqno}");
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

    private static string PhaseOf(in TraceEvent e, HashSet<string> open) => e.Kind switch
    {
        TraceEventKind.FenceInit or TraceEventKind.FenceEmit => open.Add(IdOf(e)) ? "b" : "n",
        TraceEventKind.AwaitBegin => open.Add(IdOf(e)) ? "b" : "i",
        TraceEventKind.FenceSignaled or TraceEventKind.AwaitEnd => open.Remove(IdOf(e)) ? "e" : "i",
        TraceEventKind.FenceWaitStart => "B",
        TraceEventKind.FenceWaitEnd => "E",
        _ => "i",
    };

    private static string IdOf(in TraceEvent e) => e.IsAwait ? $"await {e.Await}" : $"{e.Context}:{e.Seqno}";

    private static void WriteRest(TraceLog log, Utf8JsonWriter json, in TraceEvent e, string phase)
    {
        if (phase is "b" or "e" or "n")
        {
            json.WriteString("id", IdOf(e));
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

        if (e.Kind == TraceEventKind.AwaitEnd)
        {
            json.WriteString("ended", TraceNames.Of(e.Outcome));
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
