using System.Globalization;

namespace FastFence.Latency.Growth;

/// <summary>What no point of a series may exceed.</summary>
/// <param name="Written">As the measures have it.</param>
/// <param name="Allowed">From the locked read-modify-write here, ns, and the values by size.</param>
internal sealed record GrowthMust(string Written, Func<double, IReadOnlyList<double>, double> Allowed)
{
    // As of the gate: where the musts in nanoseconds were written a locked read-modify-write took this long.
    private const double WrittenRmwNanoseconds = 5.4;

    /// <summary>At most so many ns where a locked read-modify-write takes 5.4.</summary>
    public static GrowthMust Nanoseconds(double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"{most:0.##} ns ({most / WrittenRmwNanoseconds:0.00} RMW)"),
        (unit, _) => most / WrittenRmwNanoseconds * unit);

    /// <summary>At most so many times what the smallest size takes.</summary>
    public static GrowthMust TimesTheFirst(double most, string written) => new(written, (_, values) => most * values[0]);

    /// <summary>At most that, whatever the machine: bytes, or a multiple of what another series takes.</summary>
    public static GrowthMust Of(double most, string written) => new(written, (_, _) => most);
}
