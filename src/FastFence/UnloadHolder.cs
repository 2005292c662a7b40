namespace FastFence;

/// <summary>Who held up an unload when its limit had passed.</summary>
public sealed record UnloadHolder
{
    /// <summary>The step that did not end.</summary>
    public required UnloadStep Step { get; init; }

    /// <summary>OS thread id; 0 when it is not a thread.</summary>
    public int ThreadId { get; init; }

    /// <summary>The thread's name as the OS has it (its first 15 bytes), or empty.</summary>
    public string ThreadName { get; init; } = string.Empty;

    /// <summary>The fence of the callback or op; null handle when there is none.</summary>
    public Fence Fence { get; init; }

    /// <summary>Address of the callback, op or destructor; 0 when not known (a delegate).</summary>
    public nint Function { get; init; }

    /// <summary>In words: who, where, what to do.</summary>
    public required string Description { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Description;
}
