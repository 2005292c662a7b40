using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>What happens to fence slots at the ends of their lives.</summary>
internal readonly unsafe struct FenceKind : ISlotKind
{
    /// <inheritdoc/>
    public static int SlotBytes => Reservation.FenceBytes;

    /// <inheritdoc/>
    public static byte* Base => Reservation.FenceBase;

    /// <inheritdoc/>
    public static void Carve(byte* slot, uint generationBase)
    {
        FenceSlot* fence = (FenceSlot*)slot;
        Poison.Fill(slot, Reservation.FenceBytes);
        Atomic.StoreRelease(ref fence->RefGen, (ulong)Math.Max(1, generationBase) << 32);
    }

    /// <inheritdoc/>
    public static uint GenerationOf(byte* slot) => (uint)(((FenceSlot*)slot)->RefGen >> 32);

    /// <summary>
    /// Takes the slots off their timelines' accounts, a run of neighbours at a time (one locked instruction a run, none a
    /// fence), and poisons them.
    /// </summary>
    public static void Reclaim(PoolSet* pools, Bag* bag)
    {
        TimelineBlock* timeline = null;
        ulong run = 0;
        bool poison = pools->Poison != 0;
        for (uint i = 0; i < bag->Count; i++)
        {
            FenceSlot* fence = FenceSlot.At(bag->Items[i]);
            if (fence->Timeline != timeline)
            {
                Account(timeline, run);
                timeline = fence->Timeline;
                run = 0;
            }

            run++;
            if (poison)
            {
                Poison.Fill((byte*)fence, Reservation.FenceBytes);
            }
        }

        Account(timeline, run);
    }

    private static void Account(TimelineBlock* timeline, ulong run)
    {
        if (timeline != null)
        {
            Atomic.AddFull(ref timeline->Reclaimed, run);
        }
    }
}
