namespace FastFence.Tool.Reporting;

/// <summary>How many values fell between two bounds, both included, in nanoseconds.</summary>
internal readonly record struct LatencyBucket(long FromNs, long ToNs, long Count);
