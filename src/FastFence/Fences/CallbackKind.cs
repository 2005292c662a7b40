using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>What happens to callback nodes at the ends of their lives.</summary>
internal readonly unsafe struct CallbackKind : ISlotKind
{
    /// <inheritdoc/>
    public static int SlotBytes => Reservation.NodeBytes;

    /// <inheritdoc/>
    public static byte* Base => Reservation.NodeBase;

    /// <inheritdoc/>
    public static void Carve(byte* slot, uint generationBase)
    {
        Poison.Fill(slot, Reservation.NodeBytes);
        ((CallbackNode*)slot)->State = Math.Max(1, generationBase) * NodeState.GenerationStep;
    }

    /// <inheritdoc/>
    public static uint GenerationOf(byte* slot) => ((CallbackNode*)slot)->State / NodeState.GenerationStep;

    /// <summary>
    /// The generation rises here, after the grace period: until then a late remover's exchange on the state fails by the
    /// state itself, and nobody else writes the word.
    /// </summary>
    public static void Reclaim(PoolSet* pools, Bag* bag)
    {
        bool poison = pools->Poison != 0;
        for (uint i = 0; i < bag->Count; i++)
        {
            CallbackNode* node = CallbackNode.At(bag->Items[i]);
            if (poison)
            {
                Poison.Fill((byte*)node, Reservation.NodeBytes);
            }

            Atomic.StoreRelease(&node->State, (node->State & ~NodeState.Mask) + NodeState.GenerationStep);
        }
    }
}
