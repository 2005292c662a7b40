namespace FastFence.Tool.Pages;

/// <summary>The room of one chart: an SVG picture with grid lines and labels, and pixels for values.</summary>
internal sealed class ChartFrame
{
    /// <summary>Width of a chart that has the page's width to itself.</summary>
    internal const double Wide = 1040;

    /// <summary>Width of one that shares it with another.</summary>
    internal const double Half = 508;

    private const double Left = 72;
    private const double RightRoom = 24;
    private const double Top = 12;
    private const double LabelRoom = 6;
    private const double BottomRoom = 26;
    private const double CharacterWidth = 6.8; // of the labels' font, a little generously
    private const double LabelGap = 8;

    private readonly Markup _page;
    private readonly AxisScale _x;
    private readonly AxisScale _y;
    private readonly double _bottom;
    private readonly double _right;

    private ChartFrame(Markup page, AxisScale x, AxisScale y, double width, double height)
    {
        _page = page;
        _x = x;
        _y = y;
        _bottom = height - BottomRoom;
        _right = width - RightRoom;
    }

    /// <summary>The line at the bottom of the values.</summary>
    internal double Bottom => _bottom;

    /// <summary>Draws a chart: the frame first, then what <paramref name="draw"/> puts into it.</summary>
    /// <param name="page">Takes it.</param>
    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="width"><see cref="Wide"/> or <see cref="Half"/>.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="x">To the right.</param>
    /// <param name="y">Upwards.</param>
    /// <param name="draw">Draws the data.</param>
    internal static void Draw(Markup page, string title, double width, double height, AxisScale x, AxisScale y, Action<ChartFrame> draw)
    {
        ChartFrame frame = new(page, x, y, width, height);
        page.Open("div", "class", "chart")
            .Open("svg", "viewBox", $"0 0 {Markup.At(width)} {Markup.At(height)}", "role", "img", "aria-label", title);
        frame.DrawAxes();
        draw(frame);
        page.Close("svg").Close("div");
    }

    /// <summary>Pixel of a value on the horizontal axis.</summary>
    internal double X(double value) => _x.At(value, Left, _right);

    /// <summary>Pixel of a value on the vertical axis.</summary>
    internal double Y(double value) => _y.At(value, _bottom, Top);

    /// <summary>A line through points, in pixels.</summary>
    internal void Line(string style, IEnumerable<(double X, double Y)> points) => _page.Empty("polyline", "class", style, "points",
        string.Join(' ', points.Select(static p => $"{Markup.At(p.X)},{Markup.At(p.Y)}")));

    /// <summary>A box, in pixels, with what it says when pointed at.</summary>
    internal void Box(string style, double x, double y, double width, double height, string says)
    {
        _page.Open("rect", "class", style, "x", Markup.At(x), "y", Markup.At(y), "width", Markup.At(width), "height", Markup.At(height))
            .Element("title", says).Close("rect");
    }

    /// <summary>A point of a line, with what it says when pointed at.</summary>
    internal void Dot(string style, double x, double y, string says)
    {
        _page.Open("circle", "class", style, "cx", Markup.At(x), "cy", Markup.At(y), "r", "3").Element("title", says).Close("circle");
    }

    /// <summary>Draws the marks and labels of a horizontal axis; a label that would run into the one before is left out.</summary>
    internal static void DrawHorizontal(Markup page, AxisScale scale, double left, double right, double bottom)
    {
        double end = double.NegativeInfinity;
        foreach (AxisTick tick in scale.Ticks)
        {
            double x = scale.At(tick.Value, left, right);
            double half = tick.Label.Length * CharacterWidth / 2;
            page.Empty("line", "class", "mark", "x1", Markup.At(x), "x2", Markup.At(x), "y1", Markup.At(bottom), "y2", Markup.At(bottom + 4));
            if (x - half >= end + LabelGap)
            {
                page.Element("text", tick.Label, "class", "tick middle", "x", Markup.At(x), "y", Markup.At(bottom + 18));
                end = x + half;
            }
        }
    }

    private void DrawAxes()
    {
        foreach (AxisTick tick in _y.Ticks)
        {
            string y = Markup.At(Y(tick.Value));
            _page.Empty("line", "class", "grid", "x1", Markup.At(Left), "x2", Markup.At(_right), "y1", y, "y2", y)
                .Element("text", tick.Label, "class", "tick end", "x", Markup.At(Left - LabelRoom), "y", Markup.At(Y(tick.Value) + 4));
        }

        DrawHorizontal(_page, _x, Left, _right, _bottom);
        _page.Empty("line", "class", "axis", "x1", Markup.At(Left), "x2", Markup.At(_right), "y1", Markup.At(_bottom), "y2", Markup.At(_bottom));
    }
}
