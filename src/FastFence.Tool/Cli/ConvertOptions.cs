using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>Options of <c>convert</c>, already checked.</summary>
internal sealed record ConvertOptions
{
    /// <summary>The capture file.</summary>
    public required string Capture { get; init; }

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>What to write it as.</summary>
    public required TraceFormat Format { get; init; }
}
