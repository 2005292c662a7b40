using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FastFence.Tool.Cli;

/// <summary>Options with a range; a bad value names the option, what was found and what was expected.</summary>
internal static class OptionParsers
{
    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    internal static Option<int> Whole(string name, string help, int min, int max, int defaultValue) =>
        Create(name, help, "N", defaultValue, $"a whole number from {min} to {max}",
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= min && n <= max ? n : null);

    /// <summary>A decimal number over 0, up to <paramref name="max"/>; NaN and infinities are refused.</summary>
    internal static Option<double> Positive(string name, string help, double max, double defaultValue) =>
        Create(name, help, "S", defaultValue,
            string.Create(CultureInfo.InvariantCulture, $"a number over 0, at most {max}, such as 5 or 0.5"),
            text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double d)
                && d > 0 && d <= max ? d : null);

    /// <summary>An unsigned 64-bit number.</summary>
    internal static Option<ulong> Seed(string name, string help, ulong defaultValue) =>
        Create(name, help, "N", defaultValue, "an unsigned 64-bit number",
            text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong n) ? n : (ulong?)null);

    /// <summary>Anything a function can read.</summary>
    internal static Option<T> Create<T>(string name, string help, string valueName, T defaultValue, string expected, Func<string, T?> parse)
        where T : struct => new(name)
        {
            Description = help,
            HelpName = valueName,
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => Parse(result, name, expected, parse),
        };

    private static T Parse<T>(ArgumentResult result, string name, string expected, Func<string, T?> parse)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        if (parse(text) is T value)
        {
            return value;
        }

        result.AddError($"{name}: found '{text}', expected {expected}");
        return default;
    }
}
