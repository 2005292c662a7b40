using System.Globalization;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>From values to pixels, with the ticks that go with them.</summary>
internal sealed class AxisScale
{
    private const int MostPercentDigits = 9;

    private readonly Func<double, double> _transform;
    private readonly double _low;
    private readonly double _high;

    private AxisScale(Func<double, double> transform, double low, double high, IReadOnlyList<AxisTick> ticks)
    {
        _transform = transform;
        _low = transform(low);
        _high = transform(high);
        Ticks = ticks;
    }

    internal IReadOnlyList<AxisTick> Ticks { get; }

    /// <summary>From 0 to a round number at or above the highest value, in at most six steps.</summary>
    internal static AxisScale Linear(double highest, Func<double, string> label)
    {
        double step = StepFor(Math.Max(highest, double.Epsilon * 16) / 5);
        int steps = Math.Max(1, (int)Math.Ceiling((highest / step) - 1e-9));
        return new AxisScale(static v => v, 0, steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => new AxisTick(i * step, label(i * step)))]);
    }

    /// <summary>From 0 to exactly the highest value, ticks at round ones.</summary>
    internal static AxisScale Span(double highest, Func<double, string> label)
    {
        double end = Math.Max(highest, 1e-9);
        double step = StepFor(end / 8);
        return new AxisScale(static v => v, 0, end, [.. Enumerable.Range(0, (int)((end / step) + 1e-9) + 1).Select(i => new AxisTick(i * step, label(i * step)))]);
    }

    /// <summary>Times in ns by powers of ten around the given ones; what is below 1 ns stands at 1 ns.</summary>
    internal static AxisScale LogTime(long lowest, long highest)
    {
        int low = (int)Math.Floor(Math.Log10(Math.Max(1, lowest)));
        int high = Math.Max(low + 1, (int)Math.Ceiling(Math.Log10(Math.Max(1, highest))));
        return new AxisScale(static v => Math.Log10(Math.Max(1, v)), Math.Pow(10, low), Math.Pow(10, high),
            [.. Enumerable.Range(low, high - low + 1).Select(static d => new AxisTick(Math.Pow(10, d), PowerLabel(d)))]);
    }

    /// <summary>Shares from 0 up to the last one that so many values can show, stretched towards 1: each nine has the same room.</summary>
    internal static AxisScale Percentile(long count)
    {
        double last = LastShare(count);
        List<AxisTick> ticks = [new(0, "0 %"), new(0.5, "50 %")];
        double share = 0.9;
        for (int nines = 1; share <= last && nines <= MostPercentDigits; nines++)
        {
            ticks.Add(new AxisTick(share, string.Create(CultureInfo.InvariantCulture, $"{Math.Round(100 * share, 7):0.#######} %")));
            share = 1 - ((1 - share) / 10);
        }

        return new AxisScale(static s => -Math.Log10(1 - s), 0, last, ticks);
    }

    /// <summary>Where the largest of so many values stands: between the last two ranks, since 100 % is infinitely far away.</summary>
    internal static double LastShare(long count) => 1 - (0.5 / Math.Max(1, count));

    /// <summary>Where a value lies between two pixels.</summary>
    internal double At(double value, double from, double to) => from + ((_transform(value) - _low) / (_high - _low) * (to - from));

    private static string PowerLabel(int power) => power switch
    {
        < 3 => $"{Round(power)} ns",
        < 6 => $"{Round(power - 3)} µs",
        < 9 => $"{Round(power - 6)} ms",
        _ => $"{Round(power - 9)} s",
    };

    private static string Round(int power) => Units.Count((long)Math.Pow(10, power));

    private static double StepFor(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return (least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
