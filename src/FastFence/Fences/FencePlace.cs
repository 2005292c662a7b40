// Where a fence stands, in a word that its source carries: the block reference of its timeline and the low half of its seqno. A waiter that spins has
// the fence's line; a signaller that reads it before the exchange fetches it twice, once to read and once to write, and that is a third of the
// whole hand-over. With the place, the exchange is the first that the signaller asks of the line.
//
// A place is a hint. A source that outlives its fence may name a block that serves something else by now: whoever uses it checks that the block is of the
// engine, that the turn is the seqno's, and in the exchange itself that the slot's life is still the same (C16).
using System.Runtime.CompilerServices;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>Packing and unpacking. Seqnos of one timeline that are pending at once differ in their low halves: there are fewer slots than that.</summary>
internal static unsafe class FencePlace
{
    /// <summary>The place; never 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(TimelineBlock* timeline, ulong seqno) => ((ulong)BlockHeap.ReferenceOf(timeline) << 32) | (uint)seqno;

    /// <summary>The timeline's block, as it was when the fence was made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TimelineBlock* TimelineOf(ulong place) => (TimelineBlock*)BlockHeap.At((uint)(place >> 32));

    /// <summary>Is this seqno the place's?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOf(ulong place, ulong seqno) => (uint)place == (uint)seqno;
}
