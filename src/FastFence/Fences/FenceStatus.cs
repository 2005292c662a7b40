namespace FastFence;

/// <summary>What a fence is.</summary>
public enum FenceState
{
    /// <summary>Not signaled.</summary>
    Pending,

    /// <summary>Signaled without error.</summary>
    Signaled,

    /// <summary>Signaled with an error.</summary>
    Failed,

    /// <summary>The handle is of a fence that is gone; such a fence was always completed (C16).</summary>
    Stale,
}

/// <summary>State and error of a fence, read together. 0 pending, 1 signaled, negative errno as <see cref="Code"/>.</summary>
/// <param name="State">What the fence is.</param>
/// <param name="Error">The error when <see cref="FenceState.Failed"/>.</param>
public readonly record struct FenceStatus(FenceState State, FenceError Error)
{
    /// <summary>A pending fence.</summary>
    public static FenceStatus Pending => default;

    /// <summary>A fence signaled without error.</summary>
    public static FenceStatus Signaled => new(FenceState.Signaled, default);

    /// <summary>A handle whose fence is gone.</summary>
    public static FenceStatus Stale => new(FenceState.Stale, default);

    /// <summary>Is the fence completed, whatever the outcome?</summary>
    public bool IsCompleted => State != FenceState.Pending;

    /// <summary>The kernel's status code: 0 pending, 1 signaled (or gone), negative errno.</summary>
    public int Code => State switch { FenceState.Pending => 0, FenceState.Failed => Error.Errno, _ => 1 };

    /// <summary>The status of a failed fence.</summary>
    /// <param name="error">Its error.</param>
    public static FenceStatus Failed(FenceError error) => new(FenceState.Failed, error);

    /// <inheritdoc/>
    public override string ToString() => State == FenceState.Failed ? $"Failed({Error})" : State.ToString();
}

/// <summary>What a signal did.</summary>
public enum SignalResult
{
    /// <summary>This call signaled the fence.</summary>
    Signaled,

    /// <summary>The fence was signaled, or promised to another signaller, before; nothing changed.</summary>
    AlreadySignaled,

    /// <summary>An earlier fence of the timeline is pending: recorded, takes effect in its turn (C11).</summary>
    Deferred,

    /// <summary>The handle's fence is gone.</summary>
    Stale,
}
