using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>Timelines as rows: each box is one timeline's life, its shade says how many fences a second were made on it.</summary>
internal static class TimelineRows
{
    /// <summary>Most rows that are drawn; the others are counted.</summary>
    internal const int Most = 64;

    private const double LabelWidth = 124;
    private const double RowHeight = 18;
    private const double BottomRoom = 26;
    private const double Right = ChartFrame.Wide - 24;
    private const double LeastForText = 34;
    private const int Shades = 4;

    /// <summary>Draws the rows.</summary>
    internal static void Write(Markup page, RunReport report)
    {
        page.Open("section").Element("h2", "Timelines").Element("p",
            "A row is a place that timelines take one after the other, as their drivers come and go; the number in a box is the context.");
        if (report.Timelines.Length == 0)
        {
            page.Element("p", "The file names no timelines.", "class", "note").Close("section");
            return;
        }

        IGrouping<string, TimelineLife>[] rows = [.. report.Timelines.GroupBy(static t => t.Row)];
        double busiest = Math.Max(1, report.Timelines.Max(Rate));
        Legend(page, busiest);
        Draw(page, [.. rows.Take(Most)], Math.Max(report.Seconds, 1e-3), busiest);
        if (rows.Length > Most || report.TimelinesLeftOut != 0)
        {
            page.Element("p", string.Create(CultureInfo.InvariantCulture,
                $"Not drawn: {Math.Max(0, rows.Length - Most)} rows; {report.TimelinesLeftOut} timelines are not in the file."), "class", "note");
        }

        Table(page, [.. rows.Take(Most)]);
        page.Close("section");
    }

    private static void Draw(Markup page, IGrouping<string, TimelineLife>[] rows, double seconds, double busiest)
    {
        double height = (rows.Length * RowHeight) + BottomRoom;
        double bottom = height - BottomRoom;
        AxisScale time = AxisScale.Span(seconds, static s => string.Create(CultureInfo.InvariantCulture, $"{s:0.##} s"));
        page.Open("div", "class", "chart").Open("svg", "viewBox", $"0 0 {Markup.At(ChartFrame.Wide)} {Markup.At(height)}", "role", "img", "aria-label", "Timelines as rows");
        for (int i = 0; i < rows.Length; i++)
        {
            page.Element("text", rows[i].Key, "class", "tick end", "x", Markup.At(LabelWidth - 6), "y", Markup.At((i * RowHeight) + 13));
            foreach (TimelineLife life in rows[i])
            {
                double from = time.At(Math.Clamp(life.OpenedSeconds, 0, seconds), LabelWidth, Right);
                double to = time.At(Math.Clamp(life.ClosedSeconds, 0, seconds), LabelWidth, Right);
                Box(page, life, from, Math.Max(1, to - from - 1), (i * RowHeight) + 1, ShadeOf(Rate(life), busiest));
            }
        }

        page.Empty("line", "class", "axis", "x1", Markup.At(LabelWidth), "x2", Markup.At(Right), "y1", Markup.At(bottom), "y2", Markup.At(bottom));
        ChartFrame.DrawHorizontal(page, time, LabelWidth, Right, bottom);
        page.Close("svg").Close("div");
    }

    private static void Box(Markup page, in TimelineLife life, double x, double width, double y, int shade)
    {
        page.Open("g").Element("title", string.Create(CultureInfo.InvariantCulture,
            $"{life.Driver} {life.Timeline} context {life.Context}: {life.OpenedSeconds:0.000} to {life.ClosedSeconds:0.000} s, {Units.Count(life.Fences)} fences, {Units.Rate(Rate(life))}"));
        page.Empty("rect", "class", $"life shade{shade}", "x", Markup.At(x), "y", Markup.At(y), "width", Markup.At(width), "height", Markup.At(RowHeight - 2));
        if (width >= LeastForText && life.Context < 100_000)
        {
            page.Element("text", life.Context.ToString(CultureInfo.InvariantCulture), "class", $"lifetext on{shade}", "x", Markup.At(x + (width / 2)), "y", Markup.At(y + 12));
        }

        page.Close("g");
    }

    private static void Legend(Markup page, double busiest)
    {
        page.Open("p", "class", "note").Text("Fences a second:");
        for (int shade = 0; shade < Shades; shade++)
        {
            page.Open("span", "class", "key").Element("i", string.Empty, "class", $"shade{shade}")
                .Text(shade == Shades - 1 ? $"up to {Units.Rate(busiest)}" : $"under {Units.Rate(busiest * (shade + 1) / Shades)}").Close("span");
        }

        page.Close("p");
    }

    private static void Table(Markup page, IGrouping<string, TimelineLife>[] rows)
    {
        page.Open("div", "class", "chart").Open("table").Open("thead").Open("tr");
        foreach (string head in (string[])["row", "timelines", "fences", "mean rate"])
        {
            page.Element("th", head);
        }

        page.Element("th", "last one", "class", "text");
        page.Close("tr").Close("thead").Open("tbody");
        foreach (IGrouping<string, TimelineLife> row in rows)
        {
            TimelineLife last = row.Last();
            long fences = row.Sum(static l => l.Fences);
            page.Open("tr").Element("td", row.Key).Element("td", Units.Count(row.Count())).Element("td", Units.Count(fences))
                .Element("td", Units.Rate(fences / Math.Max(1e-3, row.Sum(static l => l.ClosedSeconds - l.OpenedSeconds))))
                .Element("td", $"{last.Driver} {last.Timeline}", "class", "text").Close("tr");
        }

        page.Close("tbody").Close("table").Close("div");
    }

    private static double Rate(TimelineLife life) => life.Fences / Math.Max(1e-3, life.ClosedSeconds - life.OpenedSeconds);

    private static int ShadeOf(double rate, double busiest) => Math.Min(Shades - 1, (int)(rate / busiest * Shades));
}
