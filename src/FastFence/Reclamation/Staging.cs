using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Reclamation;

/// <summary>
/// Taking slots out of another thread's unsealed bag, without its help: the owner only appends, the reclaimer claims a
/// prefix by one exchange, and the owner learns at sealing how much was taken.
/// </summary>
internal static unsafe class Staging
{
    /// <summary>
    /// Copies what the owner has staged so far into <paramref name="target"/>; how many there were. Any thread but the owner.
    /// </summary>
    public static uint Steal(ref nint staging, Bag* target)
    {
        Bag* bag = (Bag*)Atomic.LoadAcquire(ref staging);
        ulong claim = Atomic.LoadAcquire(ref bag->Claim);
        uint taken = (uint)claim;

        // [STAGE-STEAL] acquire: indices are read after the count that covers them. Pairs with [STAGE-PUT], [STAGE-LIFE] and
        // [STAGE-SEAL].
        uint count = Atomic.LoadAcquire(ref bag->Count);

        // [STAGE-SAME] acquire: looked at again behind the number of its life. Pairs with [STAGE-SEAL]. Without it nodes could be
        // taken for fences: the bag may have become another list's since the first look.
        if (Atomic.LoadAcquire(ref staging) != (nint)bag)
        {
            return 0; // sealed meanwhile: the claim may be of another use of the bag
        }

        if (taken == Bag.Sealed || count <= taken || count > Bag.MaxCapacity)
        {
            return 0;
        }

        uint n = Math.Min(count - taken, Bag.MaxCapacity - target->Count);
        for (uint i = 0; i < n; i++)
        {
            target->Items[target->Count + i] = Atomic.LoadPlain(ref bag->Items[taken + i]);
        }

        // The life number in the claim refuses us if the bag was sealed, or used again, while we copied.
        if (Atomic.CompareExchangeFull(ref bag->Claim, (claim & ~(ulong)uint.MaxValue) | (taken + n), claim) != claim)
        {
            return 0;
        }

        Atomic.StoreRelease(ref target->Count, target->Count + n); // [STAGE-PUT]: others may steal from the target in turn
        return n;
    }
}
