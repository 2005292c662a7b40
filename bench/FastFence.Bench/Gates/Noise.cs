using System.Globalization;

namespace FastFence.Bench.Gates;

/// <summary>How steady the machine was: the cost of the same locked instruction in all blocks of the run.</summary>
internal sealed class Noise
{
    private readonly List<double> _blocks = [];

    /// <summary>Adds the blocks of a row, ns.</summary>
    public void Add(IEnumerable<double> blocks) => _blocks.AddRange(blocks);

    /// <summary>The best block.</summary>
    public double Best => _blocks.Count == 0 ? double.NaN : _blocks.Min();

    /// <summary>The median block.</summary>
    public double Median => At(0.5);

    /// <summary>The block that 95 % of the others beat.</summary>
    public double Slow => At(0.95);

    /// <summary>One sentence.</summary>
    public string Describe() => _blocks.Count == 0
        ? "calibration: no row with a locked RMW was measured"
        : string.Create(CultureInfo.InvariantCulture, $"""
            calibration: locked RMW {Best:0.00} ns in the best of {_blocks.Count} blocks, {Median:0.00} in the median, {Slow:0.00} in the
            slowest twentieth: between blocks the machine's speed varied by {Slow / Best:0.00}×
            """);

    private double At(double share)
    {
        if (_blocks.Count == 0)
        {
            return double.NaN;
        }

        double[] sorted = [.. _blocks.Order()];
        return sorted[(int)(share * (sorted.Length - 1))];
    }
}
