namespace FastFence.Bench.Fixtures;

/// <summary>Where results go so that neither the JIT nor escape analysis removes what makes them.</summary>
internal static class Sink
{
    /// <summary>An object.</summary>
    public static object? Last { get; set; }

    /// <summary>A number.</summary>
    public static long Sum { get; set; }
}
