using System.Runtime.CompilerServices;
using FastFence.Atomics;

namespace FastFence.Memory;

/// <summary>
/// Treiber stack over 32-bit references: the word is <c>tag (32) | reference (32)</c>. The link is the first 32-bit word
/// of the element. Elements are type-stable, so a late read of a link is harmless and the tag refuses its result.
/// </summary>
internal static unsafe class TaggedStack
{
    /// <summary>Pushes <paramref name="reference"/>, whose first word becomes the link.</summary>
    public static void Push(ref ulong head, uint reference, byte* elementBase, nuint unit)
    {
        uint* link = (uint*)(elementBase + (reference * unit));
        ulong seen = Atomic.LoadPlain(ref head);
        while (true)
        {
            Atomic.StorePlain(ref Unsafe.AsRef<uint>(link), (uint)seen);

            // [STACK-PUSH] full: the element's content is written before it can be popped. Pairs with [STACK-POP].
            // Without it a popper reads a link or content that is not there yet.
            ulong found = Atomic.CompareExchangeFull(ref head, ((seen >> 32) << 32) | reference, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Pops an element, or 0.</summary>
    public static uint Pop(ref ulong head, byte* elementBase, nuint unit)
    {
        // [STACK-POP] acquire: the link is read after the head that names its element. Pairs with [STACK-PUSH].
        // Without it a stale link would be installed (the tag does not protect a link read too early).
        ulong seen = Atomic.LoadAcquire(ref head);
        while ((uint)seen != 0)
        {
            uint next = Atomic.LoadPlain(ref Unsafe.AsRef<uint>((uint*)(elementBase + ((uint)seen * unit))));

            // The tag rises with every pop, so a head that came back with the same reference is told apart (2^32 pops
            // within one preempted pop would be needed to fool it).
            ulong found = Atomic.CompareExchangeFull(ref head, (((seen >> 32) + 1) << 32) | next, seen);
            if (found == seen)
            {
                return (uint)seen;
            }

            seen = found;
        }

        return 0;
    }
}
