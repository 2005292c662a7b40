using System.Globalization;
using System.Net;
using System.Text;

namespace FastFence.Latency.Growth;

/// <summary>A curve as a picture: sizes by powers of ten to the right, musts as dashed lines. The same curve gives the same bytes.</summary>
internal static class GrowthPlot
{
    private const double Width = 760;
    private const double Height = 440;
    private const double Left = 78;
    private const double Right = 24;
    private const double Top = 44;
    private const double Bottom = 84;

    private static readonly string[] s_colors = ["#2a78d6", "#c2521f", "#2e7d32", "#7b3fa0"];

    /// <summary>Writes it.</summary>
    public static void Write(string path, GrowthPlan plan, GrowthCurve curve) => File.WriteAllText(path, Draw(plan, curve));

    /// <summary>Draws it.</summary>
    public static string Draw(GrowthPlan plan, GrowthCurve curve)
    {
        GrowthSeries[] shown = [.. curve.Series];
        double[] allowed = [.. shown.Select(static s => s.Allowed).Where(double.IsFinite)];
        double[] values = [.. shown.SelectMany(static s => s.Values), .. allowed];
        PlotAxis x = new(true, shown.Min(static s => s.Sizes[0]), shown.Max(static s => s.Sizes[^1]), Left, Width - Right);
        PlotAxis y = new(curve.IsLogarithmic, values.Min(), values.Max(), Height - Bottom, Top);
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" role="img">
            <title>{Escape(curve.Title)}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """);
        Text(svg, Left, 20, curve.Title, "font-size=\"15\" font-weight=\"600\"");
        DrawAxes(svg, curve, x, y);
        for (int i = 0; i < shown.Length; i++)
        {
            if (!shown[..i].Any(s => s.Must?.Written == shown[i].Must?.Written))
            {
                DrawMust(svg, curve, shown[i], y, s_colors[i % s_colors.Length]);
            }
        }

        double keyAt = Left;
        for (int i = 0; i < shown.Length; i++)
        {
            DrawLine(svg, curve, shown[i], x, y, s_colors[i % s_colors.Length]);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{At(keyAt)}\" y=\"28\" width=\"12\" height=\"8\" fill=\"{s_colors[i % s_colors.Length]}\"/>\n");
            Text(svg, keyAt + 16, 36, shown[i].Name);
            keyAt += 36 + (shown[i].Name.Length * 6.6);
        }

        double unit = shown.Min(static s => s.Unit);
        string how = string.Create(CultureInfo.InvariantCulture, $"{Machine.Processor}, {plan.Name} run, rounds: {Math.Max(1, shown.Max(static s => s.Rounds.Count))}{(double.IsFinite(unit) ? $"; a locked read-modify-write took {unit:0.00} ns" : string.Empty)}");
        Text(svg, Left, Height - 12, how, "fill=\"#6f6e69\" font-size=\"11\"");
        return svg.Append("</svg>\n").ToString();
    }

    private static void DrawAxes(StringBuilder svg, GrowthCurve curve, PlotAxis x, PlotAxis y)
    {
        foreach (double tick in y.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{At(Left)}\" x2=\"{At(Width - Right)}\" y1=\"{At(y.At(tick))}\" y2=\"{At(y.At(tick))}\" stroke=\"#e1e0d9\"/>\n");
            Text(svg, Left - 6, y.At(tick) + 4, PlotAxis.Label(tick), "text-anchor=\"end\" fill=\"#52514e\"");
        }

        foreach (double tick in x.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{At(x.At(tick))}\" x2=\"{At(x.At(tick))}\" y1=\"{At(Top)}\" y2=\"{At(Height - Bottom)}\" stroke=\"#f0efea\"/>\n");
            Text(svg, x.At(tick), Height - Bottom + 18, PlotAxis.Label(tick), "text-anchor=\"middle\" fill=\"#52514e\"");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{At(Left)}\" x2=\"{At(Width - Right)}\" y1=\"{At(Height - Bottom)}\" y2=\"{At(Height - Bottom)}\" stroke=\"#6f6e69\"/>\n");
        Text(svg, (Left + Width - Right) / 2, Height - Bottom + 40, curve.Across, "text-anchor=\"middle\"");
        double middle = (Top + Height - Bottom) / 2;
        Text(svg, 18, middle, curve.Upwards, string.Create(CultureInfo.InvariantCulture, $"text-anchor=\"middle\" transform=\"rotate(-90 18 {At(middle)})\""));
    }

    private static void DrawMust(StringBuilder svg, GrowthCurve curve, GrowthSeries series, PlotAxis y, string color)
    {
        if (series.Must != null && double.IsFinite(series.Allowed))
        {
            double at = y.At(series.Allowed);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{At(Left)}\" x2=\"{At(Width - Right)}\" y1=\"{At(at)}\" y2=\"{At(at)}\" stroke=\"{color}\" stroke-dasharray=\"6 4\"/>\n");
            string label = string.Create(CultureInfo.InvariantCulture, $"must: {series.Must.Written}, {series.Allowed:#,0.##} {curve.Unit} here");
            Text(svg, Width - Right - 4, at < Top + 16 ? at + 14 : at - 5, label, $"text-anchor=\"end\" font-size=\"11\" fill=\"{color}\"");
        }
    }

    private static void DrawLine(StringBuilder svg, GrowthCurve curve, GrowthSeries series, PlotAxis x, PlotAxis y, string color)
    {
        string points = string.Join(' ', series.Sizes.Select((n, i) => $"{At(x.At(n))},{At(y.At(series.Values[i]))}"));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"{points}\"/>\n");
        for (int i = 0; i < series.Sizes.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{At(x.At(series.Sizes[i]))}\" cy=\"{At(y.At(series.Values[i]))}\" r=\"3\" fill=\"{color}\">");
            svg.Append(CultureInfo.InvariantCulture, $"<title>{Escape(series.Name)}, at {series.Sizes[i]:N0}: {series.Values[i]:#,0.##} {Escape(curve.Unit)}</title></circle>\n");
        }
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string attributes = "fill=\"#0b0b0b\"") =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{At(x)}\" y=\"{At(y)}\" {attributes}>{Escape(text)}</text>\n");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string At(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
