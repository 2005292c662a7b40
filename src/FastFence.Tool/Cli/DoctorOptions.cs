namespace FastFence.Tool.Cli;

/// <summary>Options of <c>doctor</c>, already checked.</summary>
internal sealed record DoctorOptions
{
    /// <summary>Where the JSON goes; <c>-</c> is standard output.</summary>
    public string? Json { get; init; }
}
