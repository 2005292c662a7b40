// By value, copies of one reference cannot be told from other references on the same fence, and a holder of 16 bytes would cost
// everybody for a check. So in checked mode a FenceRef holds the number of a ticket instead of the handle: the ticket knows the fence
// and whether it has been given back.
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

public readonly unsafe partial struct FenceRef
{
    private static void DisposeChecked(ulong ticket)
    {
        if (ticket == 0)
        {
            return;
        }

        ulong value = FenceTickets.FenceOf(ticket);
        if (FenceTickets.TryRedeem(ticket))
        {
            References.Release(value);
            return;
        }

        Fence fence = new(value);
        Misuses.Report(
            MisuseKind.DoubleRelease,
            $"A FenceRef{References.NameOf(fence)} was disposed twice (contract C21): unchecked, the second time takes somebody else's reference. Copies of a FenceRef are one holder; Clone makes another.",
            null,
            References.SerialOf(fence));
    }
}
