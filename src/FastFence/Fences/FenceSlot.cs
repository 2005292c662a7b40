using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>Bits of <see cref="FenceSlot.Flags"/>.</summary>
internal static class FenceFlags
{
    /// <summary>The exporter's enable op has been called, or is being called.</summary>
    public const uint Enabled = 2;

    /// <summary>The timeline is a ring: the poller signals.</summary>
    public const uint OnRing = 8;

    /// <summary>A reference goes with the callbacks, and whoever runs the last one drops it.</summary>
    public const uint RunReference = 16;

    /// <summary>Somebody waits for the fence to be quiesced: see <see cref="QuiesceWord"/>.</summary>
    public const uint QuiesceWaited = 32;

    /// <summary>Checked mode: the source has given its reference back.</summary>
    public const uint SourceDisposed = 64;

    /// <summary>
    /// No weak handle was ever given out: its owner alone knows the fence. Alone in its byte, so that it can be taken away by a
    /// plain store that loses no other bit.
    /// </summary>
    public const uint Unshared = 1 << 8;

    /// <summary>Upper half: pushes (in sixteens) after which removed callbacks are swept.</summary>
    public const int SweepShift = 16;
}

/// <summary>A fence: one cache line of native memory (decision 1).</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.FenceBytes)]
internal unsafe struct FenceSlot
{
    /// <summary>State, error, time, or the callback list: see <see cref="HeadWord"/>.</summary>
    [FieldOffset(0)]
    public ulong Head;

    /// <summary>Generation (high half) and references (low half). The only word that survives reclaim.</summary>
    [FieldOffset(8)]
    public ulong RefGen;

    /// <summary>Context of its timeline, as shown outside.</summary>
    [FieldOffset(16)]
    public ulong Context;

    /// <summary>Sequence number on its timeline.</summary>
    [FieldOffset(24)]
    public ulong Seqno;

    /// <summary>Its timeline; valid while the fence's generation lives, and to the end of the section that saw it live.</summary>
    [FieldOffset(32)]
    public TimelineBlock* Timeline;

    /// <summary>
    /// The top byte of <see cref="Timeline"/> (little-endian): 0 in every life of the slot and between them, for no address of a process and no
    /// poison reaches it (<see cref="Poison"/>).
    /// </summary>
    [FieldOffset(39)]
    public byte ZeroByte;

    /// <summary>Name of the driver, captured at init (C9).</summary>
    [FieldOffset(40)]
    public uint DriverName;

    /// <summary>Name of the timeline, captured at init (C9).</summary>
    [FieldOffset(44)]
    public uint TimelineName;

    /// <summary>The exporter's data of this fence.</summary>
    [FieldOffset(48)]
    public nint PrivateData;

    /// <summary>Open: next of the timeline's deferred list. Closed: first callback to run.</summary>
    [FieldOffset(56)]
    public uint Link;

    /// <summary>See <see cref="FenceFlags"/>.</summary>
    [FieldOffset(60)]
    public uint Flags;

    /// <summary>The byte of <see cref="Flags"/> that holds <see cref="FenceFlags.Unshared"/> (little-endian).</summary>
    [FieldOffset(61)]
    public byte UnsharedByte;

    /// <summary>
    /// Asks for the slot's line, for writing, by a store that changes nothing: the line is on its way while the caller goes on to the exchange that
    /// is its first real access. Any thread, any slot, a stale one, too; no section.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AskFor(FenceSlot* slot) => Atomic.StorePlain(ref slot->ZeroByte, 0);

    /// <summary>
    /// The head word, which stands first. Not by its name: for the address of a struct's first field behind a pointer the JIT looks whether the
    /// pointer can be read from, and that look fetches the line once more where an exchange is to be the first access.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref ulong HeadOf(FenceSlot* slot) => ref *(ulong*)slot;

    /// <summary>The slot of an index. Safety: the index is below <see cref="Reservation.FenceSlots"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FenceSlot* At(uint index) => (FenceSlot*)Reservation.FenceAt(index);

    /// <summary>
    /// The slot of a handle's word; a forged index is led to the place behind the last one, node 0, which is never given out and reads as
    /// zeroes: no generation fits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FenceSlot* Of(ulong handle) => At(Math.Min((uint)handle, Reservation.FenceSlots));

    /// <summary>The index of a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint IndexOf(FenceSlot* slot) => (uint)((nuint)((byte*)slot - Reservation.FenceBase) / Reservation.FenceBytes);
}
