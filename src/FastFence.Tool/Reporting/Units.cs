using System.Globalization;

namespace FastFence.Tool.Reporting;

/// <summary>Figures as a person reads them; always in the invariant culture.</summary>
internal static class Units
{
    /// <summary>A time at three digits: <c>850 ns</c>, <c>12.3 µs</c>, <c>4.56 ms</c>, <c>1.20 s</c>.</summary>
    internal static string Time(long ns) => Math.Abs((double)ns) switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{ns} ns"),
        < 999.5e3 => Three(ns / 1e3, "µs"),
        < 999.5e6 => Three(ns / 1e6, "ms"),
        _ => Three(ns / 1e9, "s"),
    };

    /// <summary>A count with thousands marked.</summary>
    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A rate at three digits: <c>1.02 M/s</c>.</summary>
    internal static string Rate(double perSecond) => perSecond switch
    {
        < 999.5 => Three(perSecond, "/s"),
        < 999.5e3 => Three(perSecond / 1e3, "k/s"),
        < 999.5e6 => Three(perSecond / 1e6, "M/s"),
        _ => Three(perSecond / 1e9, "G/s"),
    };

    /// <summary>A count as an axis has it: <c>2.5 M</c>.</summary>
    internal static string Short(double count) => count switch
    {
        < 999.5 => Two(count, ""),
        < 999.5e3 => Two(count / 1e3, " k"),
        < 999.5e6 => Two(count / 1e6, " M"),
        _ => Two(count / 1e9, " G"),
    };

    private static string Two(double value, string unit) => value.ToString("0.##", CultureInfo.InvariantCulture) + unit;

    private static string Three(double value, string unit)
    {
        string format = Math.Abs(value) switch { < 9.995 => "0.00", < 99.95 => "0.0", _ => "0" };
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }
}
