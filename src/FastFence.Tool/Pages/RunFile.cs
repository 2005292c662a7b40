using System.Globalization;
using System.Text.Json;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>Reads back what <c>run --json</c> wrote.</summary>
internal static class RunFile
{
    /// <summary>The report in a file.</summary>
    /// <exception cref="UsageException">There is none, or it says what cannot be; the message says where.</exception>
    internal static RunReport Load(string path)
    {
        try
        {
            byte[] text = File.ReadAllBytes(path);
            CheckKind(path, text);
            RunReport report = ReportJson.ReadRun(text);
            CheckFigures(path, report);
            return report;
        }
        catch (JsonException e)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"{path}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message} Expected what 'fastfence run --json FILE' writes."), e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}", e);
        }
    }

    private static void CheckKind(string path, byte[] text)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        bool isObject = json.RootElement.ValueKind == JsonValueKind.Object;
        string? kind = !isObject ? "JSON of something else"
            : json.RootElement.TryGetProperty("capture", out _) ? "the report of a replay"
            : json.RootElement.TryGetProperty("fences_signaled", out _) && json.RootElement.TryGetProperty("options", out _) ? null
            : json.RootElement.TryGetProperty("pollers", out _) ? "the report of a run with --gc-load"
            : "JSON of something else";
        if (kind != null)
        {
            throw new UsageException($"{path}: this is {kind}; a page is made of what 'fastfence run --json FILE' writes");
        }
    }

    private static void CheckFigures(string path, RunReport report)
    {
        Check(double.IsFinite(report.Seconds) && report.Seconds >= 0, path, "seconds", report.Seconds, "0 or more");
        CheckLatency(path, "retire_latency_ns", report.RetireLatencyNs);
        CheckLatency(path, "grace_period_ns", report.GracePeriodNs);
        for (int i = 0; i < report.Series.Length; i++)
        {
            SecondSample s = report.Series[i];
            Check(s.Second == i + 1, path, $"series[{i}].second", s.Second, $"{i + 1}");
            long least = Math.Min(Math.Min(Math.Min(s.Fences, s.Callbacks), Math.Min(s.Waits, s.Names)), Math.Min(Math.Min(s.Limbo, s.Live), s.GraceMaxNs));
            Check(least >= 0, path, $"series[{i}]", least, "counts of 0 or more");
        }

        for (int i = 0; i < report.Timelines.Length; i++)
        {
            TimelineLife t = report.Timelines[i];
            Check(t.ClosedSeconds >= t.OpenedSeconds, path, $"timelines[{i}].closed_seconds", t.ClosedSeconds, $"{t.OpenedSeconds} or more");
            Check(t.Fences >= 0, path, $"timelines[{i}].fences", t.Fences, "0 or more");
        }
    }

    private static void CheckLatency(string path, string name, LatencySummary latency)
    {
        long sum = 0, last = -1;
        for (int i = 0; i < latency.Buckets.Length; i++)
        {
            LatencyBucket b = latency.Buckets[i];
            Check(b.FromNs > last && b.ToNs >= b.FromNs && b.Count > 0, path, $"{name}.buckets[{i}]", b.FromNs, "buckets in rising order with counts over 0");
            (sum, last) = (sum + b.Count, b.ToNs);
        }

        Check(sum == latency.Count, path, $"{name}.count", latency.Count, $"{sum}, the sum of its buckets");
    }

    private static void Check(bool holds, string path, string what, object found, string expected)
    {
        if (!holds)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{path}: {what}: found {found}, expected {expected}"));
        }
    }
}
