using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastFence.Tool.Cli;

/// <summary>How fast a capture is played: a factor of its own pace, or without any waiting.</summary>
[JsonConverter(typeof(JsonForm))]
internal readonly record struct ReplaySpeed
{
    /// <summary>Slowest factor: a second takes 17 minutes.</summary>
    internal const double Lowest = 0.001;

    /// <summary>Fastest factor; beyond it no clock tells the difference from <c>max</c>.</summary>
    internal const double Highest = 1_000_000;

    private readonly double _factor;

    private ReplaySpeed(double factor) => _factor = factor;

    /// <summary>The capture's own pace.</summary>
    internal static ReplaySpeed Own { get; } = new(1);

    /// <summary>No waiting at all.</summary>
    internal static ReplaySpeed Max { get; } = new(double.PositiveInfinity);

    internal bool IsMax => double.IsPositiveInfinity(_factor);

    /// <summary>Divide a time of the capture by this; infinite at <see cref="Max"/>.</summary>
    internal double Factor => _factor;

    /// <summary>Reads <c>max</c> or a factor in range.</summary>
    internal static bool TryParse(string text, out ReplaySpeed speed)
    {
        bool isMax = text == "max";
        double factor = 0;
        bool isFactor = !isMax
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor)
            && factor is >= Lowest and <= Highest;
        speed = isFactor ? new ReplaySpeed(factor) : Max;
        return isMax || isFactor;
    }

    public override string ToString() => IsMax ? "max" : _factor.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number, or the string <c>max</c>: JSON knows no infinity.</summary>
    internal sealed class JsonForm : JsonConverter<ReplaySpeed>
    {
        public override ReplaySpeed Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("reports are written, never read");

        public override void Write(Utf8JsonWriter writer, ReplaySpeed value, JsonSerializerOptions options)
        {
            if (value.IsMax)
            {
                writer.WriteStringValue("max");
            }
            else
            {
                writer.WriteNumberValue(value.Factor);
            }
        }
    }
}
