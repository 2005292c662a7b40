using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>Options of <c>dump</c>, already checked.</summary>
internal sealed record DumpOptions
{
    /// <summary>The recording.</summary>
    public required string Recording { get; init; }

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>What to write it as.</summary>
    public required TraceFormat Format { get; init; }
}
