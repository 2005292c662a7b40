using FastFence.Atomics;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>The one place that compares seqnos (C10).</summary>
internal static unsafe class SeqnoOrder
{
    /// <summary>
    /// Extends a 32-bit completion word to 64 bits: the step from <paramref name="seen"/>, never backwards. The caller checks
    /// that the step is at most what is in flight.
    /// </summary>
    public static ulong Extend(ulong seen, uint word) => seen + (word - (uint)seen);

    /// <summary>Signed 32-bit order.</summary>
    public static bool IsLater32(uint a, uint b) => (int)(a - b) > 0;

    /// <summary>See <see cref="Fence.IsLater"/>.</summary>
    public static bool IsLater(Fence a, Fence b)
    {
        a.ThrowIfNull();
        b.ThrowIfNull();
        Section.Enter();
        try
        {
            if (!FenceLife.IsCurrent(a.Slot, a.Generation) || !FenceLife.IsCurrent(b.Slot, b.Generation))
            {
                throw new ArgumentException("A fence that is gone has no place on a timeline: hold a FenceRef while comparing.");
            }

            ulong left = Atomic.LoadAcquire(ref a.Slot->Context);
            ulong right = Atomic.LoadAcquire(ref b.Slot->Context);
            if (left != right || a.Slot->Timeline != b.Slot->Timeline)
            {
                throw new ArgumentException(string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"Fences of different timelines have no order: contexts {left} and {right} (contract C10)."));
            }

            return (a.Slot->Timeline->Flags & TimelineFlags.Seqno32) != 0
                ? IsLater32((uint)a.Slot->Seqno, (uint)b.Slot->Seqno)
                : a.Slot->Seqno > b.Slot->Seqno;
        }
        finally
        {
            Section.Exit();
        }
    }
}
