// The head word is the fence: one exchange on it publishes state, error and timestamp together (C1, §2).
//
//   open    63   62      32 31        14 13       2  1      0
//           │prom│ node index │ generation │ error    │sweep│ 0 │  generation: its low 18 bits; error: set in advance
//   closed  63              15 14        3  2      1      0
//           │ time, 64 ns units │ error    │mdone│ndone│ 1 │      done: the native / managed callbacks have returned
using System.Runtime.CompilerServices;

namespace FastFence.Fences;

/// <summary>Reading and making head words.</summary>
internal static class HeadWord
{
    /// <summary>Set: the fence is signaled.</summary>
    public const ulong ClosedBit = 1;

    /// <summary>Closed word: no native callback is left.</summary>
    public const ulong NativeDone = 2;

    /// <summary>Closed word: no managed callback is left.</summary>
    public const ulong ManagedDone = 4;

    /// <summary>Both groups are done: the fence is quiesced.</summary>
    public const ulong Quiesced = NativeDone | ManagedDone;

    /// <summary>Open word: somebody unlinks removed nodes.</summary>
    public const ulong SweepBit = 2;

    /// <summary>
    /// Open word: a signal out of turn is recorded, so the turn alone closes it (C11). In this word, so that promising and
    /// closing cannot both succeed. A node's index has 31 bits: the largest reservation has 2^31 nodes.
    /// </summary>
    public const ulong PromisedBit = 1UL << 63;

    /// <summary>Nanoseconds of a timestamp unit, as a shift.</summary>
    public const int TimeShift = 6;

    /// <summary>Longest time: 2^49 units of 64 ns are 417 days; later stamps stay there.</summary>
    public const ulong MaxUnits = (1UL << 49) - 1;

    private const uint GenerationMask = (1u << 18) - 1;
    private const uint ErrorMask = 0xFFF;
    private const uint NodeMask = (1u << 31) - 1;

    /// <summary>The open word of a fence without callbacks and without an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OpenEmpty(uint generation) => (ulong)(generation & GenerationMask) << 14;

    /// <summary>A closed word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Closed(uint error, ulong units, ulong done) => ClosedBit | done | ((ulong)error << 3) | (units << 15);

    /// <summary>Is it signaled?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsClosed(ulong head) => (head & ClosedBit) != 0;

    /// <summary>Is it quiesced?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsQuiesced(ulong head) => (head & (ClosedBit | Quiesced)) == (ClosedBit | Quiesced);

    /// <summary>Error magnitude of a closed word.</summary>
    public static uint ClosedError(ulong head) => (uint)(head >> 3) & ErrorMask;

    /// <summary>Timestamp of a closed word, in units since the engine's start.</summary>
    public static ulong Units(ulong head) => head >> 15;

    /// <summary>Error set in advance in an open word.</summary>
    public static uint OpenError(ulong head) => (uint)(head >> 2) & ErrorMask;

    /// <summary>The open word with an error set in advance.</summary>
    public static ulong WithError(ulong head, uint error) => (head & ~((ulong)ErrorMask << 2)) | ((ulong)error << 2);

    /// <summary>Newest callback node of an open word; 0 = none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Node(ulong head) => (uint)(head >> 32) & NodeMask;

    /// <summary>The open word with another newest node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong WithNode(ulong head, uint node) => (head & (uint.MaxValue | PromisedBit)) | ((ulong)node << 32);

    /// <summary>Is a signal out of turn recorded in an open word?</summary>
    public static bool IsPromised(ulong head) => (head & (ClosedBit | PromisedBit)) == PromisedBit;

    /// <summary>Is it the open word of this generation with nothing but callbacks, if any: no error, no promise, nobody who sweeps?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlain(ulong head, uint generation) => WithNode(head, 0) == OpenEmpty(generation);

    /// <summary>Does an open word belong to this generation?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOf(ulong head, uint generation) =>
        ((uint)(head >> 14) & GenerationMask) == (generation & GenerationMask);
}
