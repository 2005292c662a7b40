using System.Runtime.InteropServices;

namespace FastFence;

/// <summary>A UTF-8 string in the exporter's own memory. Valid as the contract says (C5, C6), not longer.</summary>
/// <param name="Text">First byte, not zero-terminated.</param>
/// <param name="Length">Bytes.</param>
public readonly unsafe record struct Utf8Name(nint Text, int Length)
{
    /// <summary>The bytes. Safety: only inside the access section in which the op returned them.</summary>
    public ReadOnlySpan<byte> AsSpan() => new((void*)Text, Length);
}

/// <summary>What an op is told: the exporter's own data and which fence is meant.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FenceOpArgs
{
    // All fields in one: behind an initializer the struct is cleared first.
    internal FenceOpArgs(nint exporterData, nint timelineData, nint fenceData, ulong context, ulong seqno)
    {
        ExporterData = exporterData;
        TimelineData = timelineData;
        FenceData = fenceData;
        Context = context;
        Seqno = seqno;
    }

    /// <summary>The exporter's data.</summary>
    public nint ExporterData { get; init; }

    /// <summary>The timeline's data.</summary>
    public nint TimelineData { get; init; }

    /// <summary>The fence's data.</summary>
    public nint FenceData { get; init; }

    /// <summary>Context of the fence.</summary>
    public ulong Context { get; init; }

    /// <summary>Sequence number of the fence.</summary>
    public ulong Seqno { get; init; }
}

/// <summary>
/// The exporter's side of a fence: static managed functions, each optional. They are called inside an access section, on
/// the asking thread, and must not block, except <see cref="Wait"/>. Source: the kernel's <c>dma_fence_ops</c>.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1815:Override equals", Justification = "A table of functions is not a value to compare.")]
public unsafe struct ExporterOps
{
    /// <summary>Name of the driver while the fence is pending (C7).</summary>
    public delegate*<in FenceOpArgs, Utf8Name> DriverName { get; set; }

    /// <summary>Name of the timeline while the fence is pending (C7).</summary>
    public delegate*<in FenceOpArgs, Utf8Name> TimelineName { get; set; }

    /// <summary>
    /// Somebody is interested: make sure that the fence will be signaled. Called at most once a fence; false = it has already
    /// passed, the engine signals it at once.
    /// </summary>
    public delegate*<in FenceOpArgs, bool> EnableSignaling { get; set; }

    /// <summary>Has the hardware passed this fence? Free of side effects (C13).</summary>
    public delegate*<in FenceOpArgs, bool> IsSignaled { get; set; }

    /// <summary>
    /// Blocks until the fence is signaled or the deadline (monotonic ns) has passed. Called outside access sections, under
    /// the exporter's sleepable count; <see cref="CancelWait"/> is mandatory beside it (C17).
    /// </summary>
    public delegate*<in FenceOpArgs, long, void> Wait { get; set; }

    /// <summary>Wakes everybody who sleeps in <see cref="Wait"/>: the exporter is going away.</summary>
    public delegate*<nint, void> CancelWait { get; set; }

    /// <summary>A soft deadline in monotonic ns, at least 1; called when a fence's, or a later one's, is sooner than all before.</summary>
    public delegate*<in FenceOpArgs, long, void> SetDeadline { get; set; }

    /// <summary>
    /// Releases the exporter's data after its last fence has signaled and a grace period has passed; runs once, on the
    /// reclaimer, where it may block (C15).
    /// </summary>
    public delegate*<nint, void> Release { get; set; }
}
