using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>
/// The page of a run: one file of HTML with pictures drawn as SVG. It has no script and fetches nothing, which its own content policy
/// says to the browser, too.
/// </summary>
internal static class ReportPage
{
    /// <summary>The page's text.</summary>
    /// <param name="report">The run.</param>
    /// <param name="file">Name of the file that it comes from.</param>
    internal static string Of(RunReport report, string file)
    {
        Markup page = new();
        page.Raw("<!DOCTYPE html>\n").Open("html", "lang", "en").Open("head");
        page.Raw("<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Element("title", $"FastFence: {file}").Open("style").Raw(PageStyle.Css).Close("style").Close("head").Open("body").Open("main");
        Head(page, report, file);
        Series(page, report);
        LatencyCharts.Write(page, "Retire latency", "From the device's completion word to the signaled fence.", report.RetireLatencyNs);
        LatencyCharts.Write(page, "Grace period", "From asking for one to its end; one is timed every ten milliseconds.", report.GracePeriodNs);
        TimelineRows.Write(page, report);
        Seconds(page, report);
        page.Close("main").Close("body").Close("html");
        return page.ToString();
    }

    private static void Head(Markup page, RunReport report, string file)
    {
        page.Element("h1", "FastFence run");
        page.Element("p", string.Create(CultureInfo.InvariantCulture,
            $"{file} · process {report.Pid} · {report.Seconds:0.###} s · {report.Options.Engines} engines, {report.Options.Exporters} drivers, {report.Options.Timelines} timelines, {report.Options.Submitters} submitters, {report.Options.Observers} observers · seed {report.Options.Seed}"));
        page.Element("p", ReportTable.Verdict(report), "class", report.IsClean ? "verdict good" : "verdict bad");
        foreach ((string kind, long count) in report.ViolationKinds)
        {
            page.Element("p", $"violation: {kind}: {Units.Count(count)}", "class", "bad");
        }

        page.Open("ul", "class", "tiles");
        Tile(page, Units.Rate(report.FencesPerSecond), "fences signaled");
        Tile(page, Units.Short(report.FencesSignaled), "fences in all");
        Tile(page, Value(report.RetireLatencyNs, report.RetireLatencyNs.P50), "retire latency, p50");
        Tile(page, Value(report.RetireLatencyNs, report.RetireLatencyNs.P99), "retire latency, p99");
        Tile(page, Value(report.GracePeriodNs, report.GracePeriodNs.P50), "grace period, p50");
        Tile(page, Value(report.GracePeriodNs, report.GracePeriodNs.P99), "grace period, p99");
        Tile(page, report.ManagedBytesPerFence.ToString("0.####", CultureInfo.InvariantCulture), "managed bytes a fence");
        Tile(page, Units.Short(report.ExportersClosed), "drivers closed");
        page.Close("ul");
    }

    private static string Value(LatencySummary latency, long ns) => latency.Count == 0 ? "none" : Units.Time(ns);

    private static void Tile(Markup page, string value, string name) =>
        page.Open("li").Element("b", value).Element("span", name).Close("li");

    private static void Series(Markup page, RunReport report)
    {
        page.Open("section").Element("h2", "Over time");
        if (report.Series.Length == 0)
        {
            page.Element("p", "The run was too short for a second.", "class", "note").Close("section");
            return;
        }

        SeriesCharts.Write(page, "Throughput: fences signaled a second", ChartFrame.Wide, report.Series, Units.Short, new SeriesLine("fences", "s1", SeriesCharts.Rate(static s => s.Fences)));
        page.Open("div", "class", "pair");
        SeriesCharts.Write(page, "Callbacks run a second", ChartFrame.Half, report.Series, Units.Short, new SeriesLine("callbacks", "s1", SeriesCharts.Rate(static s => s.Callbacks)));
        SeriesCharts.Write(page, "Waits completed a second", ChartFrame.Half, report.Series, Units.Short, new SeriesLine("waits", "s1", SeriesCharts.Rate(static s => s.Waits)));
        SeriesCharts.Write(page, "Grace period", ChartFrame.Half, report.Series, static ns => Units.Time((long)ns),
            new SeriesLine("longest", "s2", static s => s.GraceMaxNs), new SeriesLine("mean", "s1", static s => s.GraceMeanNs));
        SeriesCharts.Write(page, "Limbo: slots that wait for a grace period", ChartFrame.Half, report.Series, Units.Short, new SeriesLine("slots", "s1", static s => s.Limbo));
        SeriesCharts.Write(page, "Live fences", ChartFrame.Half, report.Series, Units.Short, new SeriesLine("fences", "s1", static s => s.Live));
        SeriesCharts.Write(page, "Names read a second", ChartFrame.Half, report.Series, Units.Short, new SeriesLine("names", "s1", SeriesCharts.Rate(static s => s.Names)));
        page.Close("div").Close("section");
    }

    // The figures behind the pictures, for those who cannot see them and for paper.
    private static void Seconds(Markup page, RunReport report)
    {
        const int Most = 120;
        page.Open("section").Element("h2", "Second by second").Open("div", "class", "chart").Open("table").Open("thead").Open("tr");
        foreach (string head in (string[])["second", "fences", "callbacks", "waits", "names", "limbo", "live", "grace periods", "mean", "longest"])
        {
            page.Element("th", head);
        }

        page.Close("tr").Close("thead").Open("tbody");
        foreach (SecondSample s in report.Series.Take(Most))
        {
            page.Open("tr").Element("td", s.Second.ToString(CultureInfo.InvariantCulture));
            foreach (long figure in (ReadOnlySpan<long>)[s.Fences, s.Callbacks, s.Waits, s.Names, s.Limbo, s.Live, s.GracePeriods])
            {
                page.Element("td", Units.Count(figure));
            }

            page.Element("td", Units.Time(s.GraceMeanNs)).Element("td", Units.Time(s.GraceMaxNs)).Close("tr");
        }

        page.Close("tbody").Close("table").Close("div");
        if (report.Series.Length > Most)
        {
            page.Element("p", $"The other {report.Series.Length - Most} seconds are in the file and in the pictures.", "class", "note");
        }

        page.Close("section");
    }
}
