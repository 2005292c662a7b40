using System.Globalization;

namespace FastFence.Latency.Growth;

/// <summary>From values to pixels. By powers of ten, or from 0 in equal steps.</summary>
internal sealed class PlotAxis
{
    private readonly bool _logarithmic;
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;

    /// <param name="logarithmic">By powers of ten.</param>
    /// <param name="lowest">Lowest value; nothing where the axis begins at 0.</param>
    /// <param name="highest">Highest value.</param>
    /// <param name="from">Pixel of the low end.</param>
    /// <param name="to">Pixel of the high end.</param>
    public PlotAxis(bool logarithmic, double lowest, double highest, double from, double to)
    {
        (_logarithmic, _from, _to) = (logarithmic, from, to);
        if (logarithmic)
        {
            _low = Math.Floor(Math.Log10(Math.Max(lowest, 1e-3)) + 1e-9);
            _high = Math.Max(_low + 1, Math.Ceiling(Math.Log10(Math.Max(highest, 1e-3)) - 1e-9));
            Ticks = [.. Enumerable.Range((int)_low, (int)(_high - _low) + 1).Select(static p => Math.Pow(10, p))];
            return;
        }

        double step = StepFor(Math.Max(highest, 1e-9) / 6);
        int steps = Math.Max(1, (int)Math.Ceiling((highest / step) - 1e-9));
        _high = steps * step;
        Ticks = [.. Enumerable.Range(0, steps + 1).Select(i => i * step)];
    }

    /// <summary>Values with a mark.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Pixel of a value; what lies beyond an end stands at the end.</summary>
    public double At(double value)
    {
        double place = _logarithmic ? Math.Log10(Math.Max(value, 1e-9)) : value;
        return _from + (Math.Clamp((place - _low) / (_high - _low), 0, 1) * (_to - _from));
    }

    /// <summary>A value as a label.</summary>
    public static string Label(double value) => value switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##} M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.##} k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.###}"),
    };

    private static double StepFor(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
