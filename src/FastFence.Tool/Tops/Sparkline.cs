namespace FastFence.Tool.Tops;

/// <summary>The last values of a figure as a row of bars; the tallest is the largest shown.</summary>
internal sealed class Sparkline
{
    /// <summary>Bars at most.</summary>
    public const int Width = 40;

    private const string Bars = "▁▂▃▄▅▆▇█";

    private readonly Queue<double> _values = new(Width);

    /// <summary>Adds the newest value; NaN is a gap.</summary>
    public void Add(double value)
    {
        if (_values.Count == Width)
        {
            _values.Dequeue();
        }

        _values.Enqueue(value);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        double top = _values.Where(static v => !double.IsNaN(v)).DefaultIfEmpty(0).Max();
        return new string([.. _values.Select(v => Bar(v, top))]);
    }

    private static char Bar(double value, double top) =>
        double.IsNaN(value) ? ' ' : top <= 0 ? Bars[0] : Bars[Math.Clamp((int)(value / top * Bars.Length), 0, Bars.Length - 1)];
}
