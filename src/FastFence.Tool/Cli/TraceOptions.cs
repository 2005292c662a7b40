using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>Options of <c>trace</c>, already checked.</summary>
internal sealed record TraceOptions
{
    /// <summary>The process; null: the one that has FastFence.</summary>
    public int? Pid { get; init; }

    /// <summary>How long, over 0.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>Most records.</summary>
    public int Records { get; init; } = 1_000_000;

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>What to write it as.</summary>
    public required TraceFormat Format { get; init; }
}
