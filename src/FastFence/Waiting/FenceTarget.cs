namespace FastFence.Waiting;

/// <summary>One fence.</summary>
internal readonly struct FenceTarget(Fence fence) : IWaitTarget
{
    /// <inheritdoc/>
    public bool IsMet => fence.IsSignaled;
}
