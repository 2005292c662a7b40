using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>Options of <c>dump</c>, already checked.</summary>
internal sealed record DumpOptions
{
    /// <summary>The recording; null: a running process's memory.</summary>
    public string? Recording { get; init; }

    /// <summary>The process; null: the one that has FastFence.</summary>
    public int? Pid { get; init; }

    /// <summary>The file to write.</summary>
    public required string Output { get; init; }

    /// <summary>What to write it as.</summary>
    public required TraceFormat Format { get; init; }
}
