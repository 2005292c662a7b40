namespace FastFence.Tool.Cli;

/// <summary>Options of <c>top</c>, already checked.</summary>
internal sealed record TopOptions
{
    /// <summary>The process; null for the one that has FastFence.</summary>
    public int? Pid { get; init; }

    /// <summary>Show one interval and end.</summary>
    public bool Once { get; init; }

    /// <summary>Where the JSON goes; null for none.</summary>
    public string? Json { get; init; }
}
