namespace FastFence.Tool.Cli;

/// <summary>Options of <c>report</c>, already checked.</summary>
internal sealed record ReportOptions
{
    /// <summary>What <c>run --json</c> wrote.</summary>
    public required string Run { get; init; }

    /// <summary>The page to write.</summary>
    public required string Output { get; init; }
}
