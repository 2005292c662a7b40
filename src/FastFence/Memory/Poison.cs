using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastFence.Memory;

/// <summary>
/// The pattern that fills a reclaimed slot, so that a write after reclaim is found when the slot is used again. The second
/// word (generation, or state) is left alone: it outlives the slot's lives.
/// </summary>
internal static unsafe class Poison
{
    /// <summary>Odd on purpose: as a fence's head word it reads as closed, so a late exchange that expects an open one fails.</summary>
    public const ulong Pattern = 0xFD_FE_FE_FE_FD_FE_FE_FD;

    private const int VectorBytes = 32;

    // The second half's first word is a fence's timeline, whose top byte is 0 at all times (FenceSlot.ZeroByte).
    private const ulong FirstOfSecondHalf = Pattern & (ulong.MaxValue >> 8);

    private static Vector256<ulong> SecondHalf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(FirstOfSecondHalf, Pattern, Pattern, Pattern);
    }

    /// <summary>Fills a slot of 32 or 64 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(byte* slot, int bytes)
    {
        *(ulong*)slot = Pattern;
        ((ulong*)slot)[2] = Pattern;
        ((ulong*)slot)[3] = Pattern;
        if (bytes > VectorBytes)
        {
            SecondHalf.Store((ulong*)(slot + VectorBytes));
        }
    }

    /// <summary>Is a slot of 32 or 64 bytes still as it was filled?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIntact(byte* slot, int bytes)
    {
        Vector256<ulong> difference = (Vector256.Load((ulong*)slot) ^ Vector256.Create(Pattern))
            & Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, ulong.MaxValue);
        if (bytes > VectorBytes)
        {
            difference |= Vector256.Load((ulong*)(slot + VectorBytes)) ^ SecondHalf;
        }

        return difference == Vector256<ulong>.Zero;
    }
}
