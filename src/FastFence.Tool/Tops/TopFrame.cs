using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Tops;

/// <summary>Lines of text for a snapshot; keeps what its sparklines show.</summary>
internal sealed class TopFrame(string title)
{
    private const int MostTimelines = 12;
    private const int MostEvents = 5;

    private readonly Dictionary<string, Sparkline> _sparks = [];
    private readonly Queue<string> _events = new();

    /// <summary>The lines, none wider than <paramref name="width"/>.</summary>
    public IReadOnlyList<string> Render(Snapshot s, int width)
    {
        List<string> lines = [$"{title}   {Whole(s.Number)} s", string.Empty];
        Fences(s, lines);
        Latencies(s, lines);
        Reclamation(s, lines);
        Poller(s, lines);
        Readers(s, lines);
        Timelines(s, lines);
        Events(s, lines);
        return [.. lines.Select(l => l.Length <= width ? l : l[..width])];
    }

    private void Fences(Snapshot s, List<string> lines)
    {
        double signaled = s.Rate("fastfence.fences.signaled");
        lines.Add(Row("signaled", Units.Rate(signaled), Spark("signaled", signaled)));
        lines.Add(Row("made", Units.Rate(s.Rate("fastfence.fences.created")), $"emitted {Units.Rate(s.Rate("fastfence.fences.emitted"))}   live {Count(s, "fastfence.fences.live")}   pending {Count(s, "fastfence.fences.pending")}"));
        string failed = string.Join("   ", s.Of("fastfence.fences.failed").Where(static f => f.Value > 0).GroupBy(static f => f["error.type"])
            .OrderBy(static g => g.Key, StringComparer.Ordinal).Select(static g => $"{g.Key} {Whole(g.Sum(static f => f.Value))}"));
        lines.Add(Row("failed", Units.Rate(s.Rate("fastfence.fences.failed")), failed));
        lines.Add(Row("callbacks", Units.Rate(s.Rate("fastfence.callbacks.run")), $"late {Count(s, "fastfence.callbacks.late")}   thrown {Count(s, "fastfence.callbacks.thrown")}"));
        lines.Add(Row("waits", Units.Rate(s.Rate("fastfence.waits")), $"awaits {Units.Rate(s.Rate("fastfence.awaits"))}   wakes {Units.Rate(s.Rate("fastfence.wakes"))}   saved {Units.Rate(s.Rate("fastfence.wakes.saved"))}   recovered {Count(s, "fastfence.wakes.recovered")}"));
    }

    private void Latencies(Snapshot s, List<string> lines)
    {
        lines.Add(string.Empty);
        double retire = s.Percentile("fastfence.retire.latency", "0.99");
        lines.Add(Row("retire p99", Seconds(retire), Spark("retire", retire)));
        lines.Add(Row("  p50", Seconds(s.Percentile("fastfence.retire.latency", "0.5")), $"p95 {Seconds(s.Percentile("fastfence.retire.latency", "0.95"))}   batch p50 {Plain(s.Percentile("fastfence.retire.batch", "0.5"))}   p99 {Plain(s.Percentile("fastfence.retire.batch", "0.99"))}"));
        double grace = s.Percentile("fastfence.grace.duration", "0.99");
        lines.Add(Row("grace p99", Seconds(grace), Spark("grace", grace)));
        lines.Add(Row("  p50", Seconds(s.Percentile("fastfence.grace.duration", "0.5")), $"begun {Units.Rate(s.Rate("fastfence.grace.started"))}"));
    }

    private void Reclamation(Snapshot s, List<string> lines)
    {
        lines.Add(string.Empty);
        double limbo = s.Value("fastfence.limbo.slots");
        lines.Add(Row("limbo", $"{Whole(limbo)}", Spark("limbo", limbo)));
        lines.Add(Row("  size", Bytes(s.Value("fastfence.limbo.size")), $"slabs {Count(s, "fastfence.memory.slabs")}   committed {Bytes(s.Value("fastfence.memory.committed"))}   refusals {Count(s, "fastfence.refusals")}   stale handles {Count(s, "fastfence.handles.stale")}"));
    }

    private static void Poller(Snapshot s, List<string> lines)
    {
        lines.Add(string.Empty);
        double turns = s.Rate("fastfence.poller.turns");
        string idle = string.Join("   ", s.Of("fastfence.poller.idle").GroupBy(static i => i["fastfence.idle"]).OrderBy(static g => g.Key, StringComparer.Ordinal)
            .Select(static g => $"{g.Key} {Units.Rate(g.Sum(static i => double.IsNaN(i.Rate) ? 0 : i.Rate))}"));
        lines.Add(Row("poller", Units.Rate(turns), idle));
        foreach (Series core in s.Of("fastfence.poller.core"))
        {
            double Here(string instrument, string tag, string value) => s.Of(instrument)
                .Where(o => o["fastfence.engine"] == core["fastfence.engine"] && (tag.Length == 0 || o[tag] == value)).Sum(static o => o.Value);
            bool pinned = Here("fastfence.poller.pinned", string.Empty, string.Empty) != 0;
            lines.Add(Row(
                $"  engine {core["fastfence.engine"]}",
                $"core {Whole(core.Value)}",
                $"{core["fastfence.poller"]}, {(pinned ? "pinned" : "not pinned")}   migrations {Whole(Here("fastfence.poller.migrations", string.Empty, string.Empty))}   preempted {Whole(Here("fastfence.poller.switches", "fastfence.voluntary", "no"))}   faults {Whole(Here("fastfence.poller.page_faults", string.Empty, string.Empty))}   jit {Whole(Here("fastfence.poller.jit", string.Empty, string.Empty))}   gc pauses {Whole(Here("fastfence.poller.gc.pauses", string.Empty, string.Empty))}"));
        }
    }

    private static void Readers(Snapshot s, List<string> lines)
    {
        lines.Add(string.Empty);
        Series[] late = [.. s.Of("fastfence.readers.late").OrderByDescending(static r => r.Value)];
        lines.Add(Row("readers", late.Length == 0 ? "none late" : $"{late.Length} late", $"stalls {Count(s, "fastfence.readers.stalled")}"));
        lines.AddRange(late.Select(static r => Row($"  thread {r["thread.id"]}", Seconds(r.Value), r["thread.name"])));
    }

    private static void Timelines(Snapshot s, List<string> lines)
    {
        Series[] rates = [.. s.Of("fastfence.timeline.completed").OrderByDescending(static t => double.IsNaN(t.Rate) ? 0 : t.Rate).ThenByDescending(static t => t.Value)];
        Dictionary<string, double> pending = s.Of("fastfence.timeline.pending").DistinctBy(static t => t["fastfence.context"]).ToDictionary(static t => t["fastfence.context"], static t => t.Value, StringComparer.Ordinal);
        lines.Add(string.Empty);
        lines.Add(string.Create(CultureInfo.InvariantCulture, $"{"timeline",-28} {"driver",-20} {"context",10} {"signaled",12} {"pending",10}"));
        foreach (Series t in rates.Take(MostTimelines))
        {
            string context = t["fastfence.context"];
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{t["fastfence.timeline"],-28} {t["fastfence.driver"],-20} {context,10} {(double.IsNaN(t.Rate) ? "-" : Units.Rate(t.Rate)),12} {Whole(pending.GetValueOrDefault(context)),10}"));
        }

        if (rates.Length > MostTimelines)
        {
            lines.Add($"  and {rates.Length - MostTimelines} more");
        }
    }

    private void Events(Snapshot s, List<string> lines)
    {
        foreach (string line in s.Events)
        {
            _events.Enqueue(line.ReplaceLineEndings(" "));
            while (_events.Count > MostEvents)
            {
                _events.Dequeue();
            }
        }

        if (_events.Count != 0)
        {
            lines.Add(string.Empty);
            lines.AddRange(_events);
        }
    }

    private string Spark(string name, double value)
    {
        if (!_sparks.TryGetValue(name, out Sparkline? spark))
        {
            spark = _sparks[name] = new Sparkline();
        }

        spark.Add(value);
        return spark.ToString();
    }

    private static string Row(string label, string value, string rest) => $"{label,-12} {value,12}   {rest}".TrimEnd();

    private static string Count(Snapshot s, string instrument) => Whole(s.Value(instrument));

    private static string Whole(double n) => Units.Count((long)n);

    private static string Plain(double n) => double.IsNaN(n) ? "-" : Whole(n);

    private static string Seconds(double s) => double.IsNaN(s) ? "-" : Units.Time((long)(s * 1e9));

    private static string Bytes(double bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024:0.#} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0.#} MiB");
}
