namespace FastFence;

/// <summary>When a group of fences counts as signaled.</summary>
public enum FenceGroup
{
    /// <summary>With the first.</summary>
    Any,

    /// <summary>With the last.</summary>
    All,
}
