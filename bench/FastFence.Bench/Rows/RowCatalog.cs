using FastFence.Bench.Gates;

namespace FastFence.Bench.Rows;

/// <summary>All rows, in the order of the table.</summary>
internal static class RowCatalog
{
    /// <summary>The rows.</summary>
    public static IEnumerable<GateRow> All =>
    [
        .. LifeRows.All, .. CallbackRows.All, .. SharedFenceRows.All, .. ReferenceRows.All, .. SectionRows.All, .. SlowdownRows.All, .. DescribeRows.All,
        .. HandOverRows.All, .. GracePeriodRows.All, .. ThroughputRows.All, .. SwapRows.All, .. PipelineRows.All, .. TraceRows.All, .. NativePollerRows.All, .. AbsentRows.All,
    ];
}
