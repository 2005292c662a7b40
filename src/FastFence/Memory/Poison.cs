using System.Runtime.CompilerServices;

namespace FastFence.Memory;

/// <summary>The pattern that fills a reclaimed slot, so that a write after reclaim is found when the slot is used again.</summary>
internal static unsafe class Poison
{
    /// <summary>Odd on purpose: as a fence's head word it reads as closed, so a late exchange that expects an open one fails.</summary>
    public const ulong Pattern = 0xFD_FE_FE_FE_FD_FE_FE_FD;

    /// <summary>Fills <paramref name="words"/> words but the one at <paramref name="kept"/> (the generation's).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(ulong* slot, int words, int kept)
    {
        ulong keep = slot[kept];
        for (int i = 0; i < words; i++)
        {
            slot[i] = Pattern;
        }

        slot[kept] = keep;
    }

    /// <summary>Is every word but <paramref name="kept"/> still the pattern?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsIntact(ulong* slot, int words, int kept)
    {
        ulong difference = 0;
        for (int i = 0; i < words; i++)
        {
            difference |= i == kept ? 0 : slot[i] ^ Pattern;
        }

        return difference == 0;
    }
}
