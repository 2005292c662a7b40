using System.Collections.Immutable;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Conversions;

/// <summary>Which format a file name asks for.</summary>
internal static class TraceFormats
{
    private static readonly ImmutableDictionary<string, TraceFormat> s_byExtension = ImmutableDictionary.CreateRange(
        StringComparer.OrdinalIgnoreCase,
        [
            KeyValuePair.Create(".pftrace", TraceFormat.Perfetto), KeyValuePair.Create(".dat", TraceFormat.TraceDat),
            KeyValuePair.Create(".json", TraceFormat.Chrome), KeyValuePair.Create(".csv", TraceFormat.Csv),
        ]);

    /// <summary>The format of a file name.</summary>
    /// <exception cref="UsageException">Its ending is none of those known.</exception>
    internal static TraceFormat Of(string path) => s_byExtension.TryGetValue(Path.GetExtension(path), out TraceFormat format)
        ? format
        : throw new UsageException($"{path}: the ending says the format: .pftrace (Perfetto), .dat (trace-cmd, GpuVis), .json (Chrome) or .csv (fastfence replay)");
}
