namespace FastFence.Tool.Attaching;

/// <summary>What is known of a process before anything is asked of it.</summary>
internal sealed record ProcessLook
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>The name the system shows for it.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the user it runs as.</summary>
    public required int User { get; init; }

    /// <summary>It has a diagnostics port that we can see: it is a .NET process.</summary>
    public required bool HasPort { get; init; }

    /// <summary>Threads of a FastFence engine run in it.</summary>
    public required bool HasEngine { get; init; }

    /// <summary>As messages call it.</summary>
    public override string ToString() => $"process {Id} ({Name})";
}
