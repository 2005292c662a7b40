using System.Text;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>What checked mode says about a fence. Cold.</summary>
internal static unsafe partial class References
{
    /// <summary>Number of the fence's engine; 0 when it is gone.</summary>
    public static ulong SerialOf(Fence fence)
    {
        Section.Enter();
        FenceSlot* slot = fence.Slot;
        ulong serial = FenceLife.IsCurrent(slot, fence.Generation) && slot->Timeline->Engine != null ? slot->Timeline->Engine->Pools.Serial : 0;
        Section.Exit();
        return serial;
    }

    /// <summary>Timeline and seqno for a message; empty when the fence is gone.</summary>
    public static string NameOf(Fence fence)
    {
        string? timeline = ClassOf(fence);
        return timeline == null ? string.Empty : $" of {timeline}, seqno {fence.Seqno},";
    }

    /// <summary>The class of the fence's timeline in the graph of waits: both captured names. Null when the fence is gone.</summary>
    public static string? ClassOf(Fence fence)
    {
        Section.Enter();
        try
        {
            FenceSlot* slot = fence.Slot;
            return !FenceLife.IsCurrent(slot, fence.Generation) || slot->Timeline->Engine == null
                ? null
                : ClassOf(slot->Timeline->DriverName, slot->Timeline->TimelineName);
        }
        finally
        {
            Section.Exit();
        }
    }

    /// <summary>As the other. The timeline is memory of ours: inside a section, or its owner.</summary>
    public static string ClassOf(uint driver, uint timeline) =>
        $"timeline '{Encoding.UTF8.GetString(NameTable.Text(driver))} {Encoding.UTF8.GetString(NameTable.Text(timeline))}'";
}
