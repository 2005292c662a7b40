using FastFence.Bench.Measuring;

namespace FastFence.Bench.Gates;

/// <summary>What a row must reach: a multiple of a physical unit that is measured in the same blocks.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Multiple">Most units an operation may take.</param>
/// <param name="Written">The must as it is written down, for the machine it was written on.</param>
/// <param name="TimesPeer">If not 0, the operation must also be so many times as fast as the best peer.</param>
/// <param name="NeedsFloor">The C sketch among the peers must be the floor that the must takes it for (<see cref="SketchFloor"/>).</param>
internal sealed record Must(PhysicalUnit Unit, double Multiple, string Written, double TimesPeer = 0, bool NeedsFloor = false)
{
    // Where the musts in nanoseconds were written a locked read-modify-write took this long.
    private const double WrittenRmwNanoseconds = 5.4;

    /// <summary>At most so many ns where a locked RMW takes 5.4.</summary>
    public static Must Nanoseconds(double most) =>
        new(PhysicalUnit.LockedRmw, most / WrittenRmwNanoseconds, string.Create(Inv, $"{most:0.##} ns"));

    /// <summary>At least so many million a second where a locked RMW takes 5.4 ns.</summary>
    public static Must MillionsPerSecond(double least, double timesPeer = 0) =>
        new(PhysicalUnit.LockedRmw, 1000 / least / WrittenRmwNanoseconds, string.Create(Inv, $"{least:0.##} M/s"), timesPeer);

    /// <summary>At most so many times what the C sketch takes, which is the fastest of the peers wherever this is asked.</summary>
    public static Must OfSketch(double times) =>
        new(PhysicalUnit.LockedRmw, double.PositiveInfinity, string.Create(Inv, $"{times:0.##} × C sketch"), 1 / times, NeedsFloor: true);

    private static IFormatProvider Inv => System.Globalization.CultureInfo.InvariantCulture;
}
