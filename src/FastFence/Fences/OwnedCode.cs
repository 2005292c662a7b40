// How many accepted callbacks still have to run or to be removed whose code an exporter owns (C17, step 7). One count an owner, in
// native memory: a poller that runs native callbacks counts down here. This file touches native memory only.
using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Fences;

/// <summary>The counts by owner number, which a callback node carries; 0 = the host's code, never counted. Any thread; never blocks.</summary>
internal static unsafe class OwnedCode
{
    /// <summary>Numbers there are; each count has a line of its own.</summary>
    public const int Owners = 4096;

    /// <summary>Bytes of the counts.</summary>
    public const long Bytes = (long)Owners * Reservation.LineBytes;

    /// <summary>One more callback, before it is pushed. Inside the section in which the owner was seen open.</summary>
    public static void Enter(nint counts, uint owner) =>

        // In one step, since others count too. That unload sees it is the section's doing and the grace period's.
        Atomic.AddFull(ref At(counts, owner), 1);

    /// <summary>One less: it was removed, refused, or has returned. The owner's code may be gone when this returns.</summary>
    public static void Leave(nint counts, uint owner) =>

        // [CODE-LEAVE] full: the callback has returned before the count falls. Pairs with [CODE-DRAINED]. Without it its code is unloaded
        // under it.
        Atomic.AddFull(ref At(counts, owner), uint.MaxValue);

    /// <summary>Callbacks that neither ran nor were removed.</summary>
    public static uint Count(nint counts, uint owner) =>

        // [CODE-DRAINED] acquire: unloading stays behind the news that the last callback has returned. Pairs with [CODE-LEAVE].
        Atomic.LoadAcquire(ref At(counts, owner));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint At(nint counts, uint owner) => ref *(uint*)(counts + ((nint)owner * Reservation.LineBytes));
}
