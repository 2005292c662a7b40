using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastFence.Tool.Tops;

/// <summary>A snapshot for scripts: every series as the meter names it, and the sums that <c>top</c> shows first.</summary>
internal static class TopJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As text; numbers that are not known are null.</summary>
    internal static string Write(int pid, string process, Snapshot snapshot)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("pid", pid);
            json.WriteString("process", process);
            json.WriteStartObject("per_second");
            Number(json, "fences_created", snapshot.Rate("fastfence.fences.created"));
            Number(json, "fences_signaled", snapshot.Rate("fastfence.fences.signaled"));
            Number(json, "fences_failed", snapshot.Rate("fastfence.fences.failed"));
            Number(json, "callbacks_run", snapshot.Rate("fastfence.callbacks.run"));
            Number(json, "waits", snapshot.Rate("fastfence.waits"));
            json.WriteEndObject();
            json.WriteStartObject("retire_latency_s");
            foreach (string percentile in (string[])["0.5", "0.95", "0.99"])
            {
                Number(json, percentile, snapshot.Percentile("fastfence.retire.latency", percentile));
            }

            json.WriteEndObject();
            json.WriteStartArray("series");
            foreach (Series series in snapshot.Series)
            {
                Write(json, series);
            }

            json.WriteEndArray();
            json.WriteStartArray("events");
            foreach (string line in snapshot.Events)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Series series)
    {
        json.WriteStartObject();
        json.WriteString("instrument", series.Instrument);
        json.WriteStartObject("tags");
        foreach ((string key, string value) in series.Tags)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        Number(json, "value", series.Value);
        Number(json, "rate", series.Rate);
        foreach ((string percentile, double value) in series.Percentiles)
        {
            Number(json, $"p{percentile}", value);
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
