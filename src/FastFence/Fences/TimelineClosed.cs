namespace FastFence.Fences;

/// <summary>Values of <see cref="TimelineBlock.Closed"/>.</summary>
internal static class TimelineClosed
{
    /// <summary>Fences may be made.</summary>
    public const uint No = 0;

    /// <summary>No new fences.</summary>
    public const uint Yes = 1;

    /// <summary>It is <see cref="UnusedTimeline"/>'s: a fence may be made once the timeline has a block.</summary>
    public const uint Unused = 2;
}
