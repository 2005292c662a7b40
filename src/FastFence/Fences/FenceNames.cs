using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>The two names and the private data of a fence, as an observer inside a section may see them (C5–C7).</summary>
internal static unsafe class FenceNames
{
    /// <summary>What a signaled fence answers for its driver.</summary>
    public static ReadOnlySpan<byte> DetachedDriver => "detached-driver"u8;

    /// <summary>What a signaled fence answers for its timeline.</summary>
    public static ReadOnlySpan<byte> SignaledTimeline => "signaled-timeline"u8;

    /// <summary>The arguments of an op. Inside a section, the fence live.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FenceOpArgs ArgsOf(FenceSlot* slot) =>
        new(slot->Timeline->Exporter->PrivateData, slot->Timeline->PrivateData, slot->PrivateData, slot->Context, slot->Seqno);

    /// <summary>What the exporter says. Inside the section in which the fence was seen pending.</summary>
    public static ReadOnlySpan<byte> AskDriver(FenceSlot* slot)
    {
        ExporterBlock* exporter = slot->Timeline->Exporter;
        return exporter->Ops.DriverName == null
            ? NameTable.Text(slot->DriverName)
            : AskBy(exporter->Ops.DriverName, slot);
    }

    /// <inheritdoc cref="AskDriver"/>
    public static ReadOnlySpan<byte> AskTimeline(FenceSlot* slot)
    {
        ExporterBlock* exporter = slot->Timeline->Exporter;
        return exporter->Ops.TimelineName == null
            ? NameTable.Text(slot->TimelineName)
            : AskBy(exporter->Ops.TimelineName, slot);
    }

    // By itself: where a method has the op's arguments among its locals, it clears them, also when no op is called.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ReadOnlySpan<byte> AskBy(delegate*<in FenceOpArgs, Utf8Name> op, FenceSlot* slot) => op(ArgsOf(slot)).AsSpan();

    /// <summary>
    /// Is the fence pending? Whoever reads true inside a section has valid ops and private data until it ends (C6): the exporter
    /// signals first and frees after a grace period, and this load comes after our entry.
    /// </summary>
    public static bool IsPending(FenceSlot* slot, uint generation) => IsPending(slot, generation, out _);

    /// <summary>As the other; and was the handle's fence still this one, with references?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPending(FenceSlot* slot, uint generation, out bool isCurrent)
    {
        // [ACCESS-CHECK] acquire: the section's first load, not before the entry store in program order; private data is read
        // after it. Pairs with [READER-ENTER] and [SIGNAL-CLOSE]. Without it the data of an exporter already gone could be read.
        ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot));
        isCurrent = FenceLife.IsCurrent(slot, generation);
        return isCurrent && !HeadWord.IsClosed(head);
    }
}
