using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>A latency as a histogram and as a curve of percentiles.</summary>
internal static class LatencyCharts
{
    private const double Height = 240;

    /// <summary>Draws both, the figures above them.</summary>
    internal static void Write(Markup page, string title, string what, LatencySummary latency)
    {
        page.Open("section", "class", "latency").Element("h2", title).Element("p", what);
        if (latency.Count == 0)
        {
            page.Element("p", "No values were recorded.", "class", "note").Close("section");
            return;
        }

        page.Element("p", string.Create(CultureInfo.InvariantCulture,
            $"p50 {Units.Time(latency.P50)} · p99 {Units.Time(latency.P99)} · p99.9 {Units.Time(latency.P999)} · max {Units.Time(latency.Max)} · {Units.Count(latency.Count)} values"), "class", "figures");
        page.Open("div", "class", "pair");
        page.Open("figure").Element("figcaption", "How many values by their size; each power of two has eight bars");
        Histogram(page, title, latency);
        page.Close("figure").Open("figure").Element("figcaption", "Which share of the values is not above; the lowest 0.1 % are not drawn");
        Percentiles(page, title, latency);
        page.Close("figure").Close("div").Close("section");
    }

    private static void Histogram(Markup page, string title, LatencySummary latency)
    {
        AxisScale x = AxisScale.LogTime(latency.Buckets[0].FromNs, latency.Buckets[^1].ToNs);
        AxisScale y = AxisScale.Linear(latency.Buckets.Max(static b => b.Count), Units.Short);
        ChartFrame.Draw(page, $"{title}: histogram", ChartFrame.Half, Height, x, y, frame =>
        {
            foreach (LatencyBucket bucket in latency.Buckets)
            {
                double from = frame.X(bucket.FromNs);
                double width = Math.Max(1, frame.X(bucket.ToNs + 1.0) - from);
                double top = Math.Min(frame.Y(bucket.Count), frame.Bottom - 1); // one value among millions is still seen
                frame.Box("bar", from, top, Math.Max(0.75, width - 0.5), frame.Bottom - top,
                    $"{Units.Time(bucket.FromNs)} to {Units.Time(bucket.ToNs)}: {Units.Count(bucket.Count)}");
            }
        });
    }

    private static void Percentiles(Markup page, string title, LatencySummary latency)
    {
        AxisScale x = AxisScale.Percentile(latency.Count);
        AxisScale y = AxisScale.LogTime(latency.Buckets[FirstDrawn(latency)].ToNs, latency.Max);
        ChartFrame.Draw(page, $"{title}: percentiles", ChartFrame.Half, Height, x, y, frame =>
        {
            List<(double X, double Y)> points = [];
            long below = latency.Buckets.Take(FirstDrawn(latency)).Sum(static b => b.Count);
            foreach (LatencyBucket bucket in latency.Buckets.Skip(FirstDrawn(latency)))
            {
                // A step a bucket: all of its values are somewhere up to its end.
                double y = frame.Y(Math.Min(bucket.ToNs, latency.Max));
                points.Add((frame.X(below / (double)latency.Count), y));
                below += bucket.Count;
                points.Add((frame.X(Math.Min(below / (double)latency.Count, AxisScale.LastShare(latency.Count))), y));
            }

            frame.Line("line", points);
            foreach ((double share, long value, string name) in (ReadOnlySpan<(double, long, string)>)
                [(0.5, latency.P50, "p50"), (0.99, latency.P99, "p99"), (0.999, latency.P999, "p99.9"), (AxisScale.LastShare(latency.Count), latency.Max, "max")])
            {
                if (share <= AxisScale.LastShare(latency.Count))
                {
                    frame.Dot("dot", frame.X(share), frame.Y(value), $"{name}: {Units.Time(value)}");
                }
            }
        });
    }

    // One stray value near zero would take half of a logarithmic axis.
    private static int FirstDrawn(LatencySummary latency)
    {
        long below = 0;
        int first = 0;
        while ((below += latency.Buckets[first].Count) < latency.Count / 1000.0)
        {
            first++;
        }

        return first;
    }
}
