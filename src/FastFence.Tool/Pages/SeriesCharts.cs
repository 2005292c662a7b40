using System.Collections.Immutable;
using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>Figures over the seconds of the run, one scale a chart.</summary>
internal static class SeriesCharts
{
    private const double Height = 180;
    private const int MostDots = 180; // beyond, the line alone is clearer

    /// <summary>Draws one chart of one line or of several with the same unit; these get a legend.</summary>
    internal static void Write(
        Markup page, string caption, double width, ImmutableArray<SecondSample> series, Func<double, string> label, params ReadOnlySpan<SeriesLine> lines)
    {
        SeriesLine[] all = lines.ToArray();
        page.Open("figure").Open("figcaption").Text(caption);
        foreach (SeriesLine line in all.Length > 1 ? all : [])
        {
            page.Open("span", "class", "key").Element("i", string.Empty, "class", line.Style).Text(line.Name).Close("span");
        }

        page.Close("figcaption");
        AxisScale x = AxisScale.Span(series.Max(static s => EndOf(s)), static s => string.Create(CultureInfo.InvariantCulture, $"{s:0.##} s"));
        AxisScale y = AxisScale.Linear(series.Max(s => all.Max(l => l.Of(s))), label);
        ChartFrame.Draw(page, caption, width, Height, x, y, frame =>
        {
            foreach (SeriesLine line in all)
            {
                frame.Line($"line {line.Style}", series.Select(s => (frame.X(EndOf(s)), frame.Y(line.Of(s)))));
                foreach (SecondSample s in series.Length <= MostDots ? series : [])
                {
                    frame.Dot($"dot {line.Style}", frame.X(EndOf(s)), frame.Y(line.Of(s)), $"{line.Name}, second {s.Second}: {label(line.Of(s))}");
                }
            }
        });
        page.Close("figure");
    }

    /// <summary>A count of a second as a rate: the last one may be short.</summary>
    internal static Func<SecondSample, double> Rate(Func<SecondSample, long> count) => s =>
        count(s) / Math.Max(1e-3, EndOf(s) - (s.Second - 1));

    // Files of before had whole seconds only.
    private static double EndOf(SecondSample s) => s.EndSeconds > 0 ? s.EndSeconds : s.Second;
}
