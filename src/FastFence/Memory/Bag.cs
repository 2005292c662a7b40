// A bag is an array of slot indices that is a magazine while its slots are free and a limbo list while they wait for
// their grace period: nothing is copied when it turns from one into the other (Bonwick's magazines and McKenney's
// callback batches are the same object here).
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Memory;

/// <summary>Up to <see cref="MaxCapacity"/> slot indices; 2 KiB of native memory.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct Bag
{
    /// <summary>Size of a bag.</summary>
    public const int Bytes = 2048;

    /// <summary>What fits behind the header.</summary>
    public const int MaxCapacity = (Bytes - 32) / sizeof(uint);

    /// <summary>Low half of <see cref="Claim"/>: the owner has sealed the bag, nobody may take from it.</summary>
    public const uint Sealed = uint.MaxValue;

    /// <summary>Link while on a stack.</summary>
    public uint Link;

    /// <summary>How many indices it holds; while it is filled only its owner writes it.</summary>
    public uint Count;

    /// <summary>Life of the bag (high half) and how many of its first indices the reclaimer has taken.</summary>
    public ulong Claim;

    /// <summary>Phase whose completion frees the slots; set when the bag is sealed.</summary>
    public ulong Stamp;

    /// <summary>First index that is still the bag's.</summary>
    public uint Start;

    private readonly uint _unused;

    /// <summary>The indices.</summary>
    public fixed uint Items[MaxCapacity];

    /// <summary>Its indices. Not by their name: for the address of a field behind a pointer the JIT looks whether the pointer can be read from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint* ItemsOf(Bag* bag) => (uint*)((byte*)bag + 32);

    /// <summary>The bag of a reference.</summary>
    public static Bag* At(uint reference) => (Bag*)BlockHeap.At(reference);

    /// <summary>Closes the gap that the reclaimer left at the front, so that the bag can serve as a magazine.</summary>
    public static void Compact(Bag* bag)
    {
        uint start = bag->Start;
        if (start == 0)
        {
            return;
        }

        uint left = bag->Count - start;
        for (uint i = 0; i < left; i++)
        {
            bag->Items[i] = bag->Items[start + i];
        }

        bag->Start = 0;
        bag->Count = left;
    }
}
