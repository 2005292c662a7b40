using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Recording;

/// <summary>The clock that the poller publishes once a batch: reading it costs a load instead of 25 ns (decision 7).</summary>
[StructLayout(LayoutKind.Sequential, Size = Reservation.ContentionBytes)]
internal struct ClockWord
{
    private ulong _nanoseconds;

    /// <summary>The published time; 0 while nobody publishes.</summary>
    // [CLOCK-READ] acquire: what is stamped with this time comes after it. Pairs with [CLOCK-PUBLISH].
    // Without it a stamp could be older than a completion that was read before.
    public long Published
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long)Atomic.LoadAcquire(ref _nanoseconds); // [CLOCK-READ]
    }

    /// <summary>Monotonic ns: the published time, or the clock itself while nobody publishes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read()
    {
        long published = Published;
        return published != 0 ? published : MonotonicClock.Nanoseconds;
    }

    /// <summary>Publishes a time; 0 before the poller parks, so that readers go to the clock. Poller only.</summary>
    public void Publish(long nanoseconds) =>

        // [CLOCK-PUBLISH] release: pairs with [CLOCK-READ].
        Atomic.StoreRelease(ref _nanoseconds, (ulong)nanoseconds);
}
