// Jobs that wait for fences. Such a job has its place on the ring, its seqno and its fence like any other; only its number stands with the
// wait bit, so the device, which takes positions in order, stops in front of it. The poller looks at the first of them in each turn and
// publishes it when its in-fences have signaled. Native memory only: with the native poller a job goes out while the host collects garbage.
//
//   FeedCursor          LastWaiting
//       ▼                    ▼
//   ────┼────────┬───────────┼─────▶ positions
//       │        └ waits: the poller looks at its in-fences, and no further
//       └ everything up to here has been published, or given up
//
// Why no cycle: an in-fence exists before the job that waits for it, so it is never behind that job on a ring.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;

namespace FastFence.Rings;

/// <summary>The in-fences of one position, a line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct RingWait
{
    /// <summary>Most in-fences of a job.</summary>
    public const int MaxFences = 7;

    /// <summary>How many.</summary>
    public ulong Count;

    private fixed ulong _fences[MaxFences];

    /// <summary>The handle of an in-fence.</summary>
    public static ref ulong FenceOf(RingWait* wait, int i) => ref wait->_fences[i];
}

/// <summary>The poller's and the emitters' side of jobs that wait.</summary>
internal static unsafe class RingFeed
{
    /// <summary>The in-fences of a position. The ring has such lines.</summary>
    public static RingWait* WaitOf(RingBlock* ring, ulong position) => (RingWait*)ring->Waits + (position & (ring->Capacity - 1));

    /// <summary>Gets the ring its lines for in-fences, once; false when memory is out. Any emitter, inside a section.</summary>
    public static bool TryPrepare(RingBlock* ring)
    {
        if (Atomic.LoadAcquire(ref ring->Waits) != 0)
        {
            return true;
        }

        void* lines = BlockHeap.TryAllocate(BytesFor(ring->Capacity));
        if (lines == null)
        {
            return false;
        }

        // A late poller of a former term may read a line that no emitter has written: no fences then.
        if (Atomic.CompareExchangeFull(ref ring->Waits, (nint)lines, 0) != 0)
        {
            BlockHeap.Free(lines, BytesFor(ring->Capacity));
        }

        return true;
    }

    /// <summary>Bytes of a ring's lines.</summary>
    public static long BytesFor(uint capacity) => (long)capacity * sizeof(RingWait);

    /// <summary>Writes a line. The emitter, before its publication.</summary>
    public static void Write(RingWait* line, RingWait* wait)
    {
        Atomic.StorePlain(ref line->Count, wait->Count);
        for (int i = 0; i < (int)wait->Count; i++)
        {
            Atomic.StorePlain(ref RingWait.FenceOf(line, i), RingWait.FenceOf(wait, i));
        }
    }

    /// <summary>Tells the poller how far to look, and that it is to. The emitter, after its publication.</summary>
    public static void Announce(RingBlock* ring, ulong position)
    {
        ulong last = Atomic.LoadAcquire(ref ring->LastWaiting);
        while (last < position)
        {
            // [FEED-ANNOUNCE] full: rises only, whoever else announces; before the emitter's look at a sleeping poller. Pairs with [POLLER-SLEEP].
            // Without it a job is never looked at. Whoever reads it too early finds the position unpublished and stops there.
            ulong found = Atomic.CompareExchangeFull(ref ring->LastWaiting, position, last);
            if (found == last)
            {
                PollerWake.Attend(ring->Wake);
                return;
            }

            last = found;
        }
    }

    /// <summary>Is there a job whose turn to go out has come? Poller only.</summary>
    public static bool IsDue(RingBlock* ring)
    {
        ulong position = ring->FeedCursor + 1;
        if (Atomic.LoadAcquire(ref ring->LastWaiting) < position || Atomic.LoadAcquire(ref ring->State) != (uint)RingState.Running)
        {
            return false;
        }

        ulong number = Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, position)->Publish);
        return RingSlot.NumberOf(number) > position || (RingSlot.NumberOf(number) == position && IsReady(ring, position, number));
    }

    /// <summary>May a job of this ring wait? Poller only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasWaiting(RingBlock* ring) => Atomic.LoadAcquire(ref ring->LastWaiting) > ring->FeedCursor;

    /// <summary>Lets the jobs go out whose in-fences have signaled, in order; how many. Poller only; never blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Feed(RingBlock* ring) => HasWaiting(ring) ? FeedWaiting(ring) : 0;

    /// <summary>Does the ring's next job wait for a fence? Then the device is not late. Any thread.</summary>
    public static bool IsWaiting(RingBlock* ring)
    {
        ulong next = Atomic.LoadAcquire(ref ring->Timeline->Completed) + 1;
        return Atomic.LoadAcquire(ref RingBlock.SlotOf(ring, next)->Publish) == (next | RingSlot.WaitBit);
    }

    private static uint FeedWaiting(RingBlock* ring)
    {
        // Not while the device is brought to rest, and not on a ring that fails: there a waiting job ends with the others.
        if (Atomic.LoadAcquire(ref ring->State) != (uint)RingState.Running)
        {
            return 0;
        }

        ulong last = Atomic.LoadAcquire(ref ring->LastWaiting);
        ulong at = ring->FeedCursor;
        uint fed = 0;
        while (at < last)
        {
            RingSlot* slot = RingBlock.SlotOf(ring, at + 1);

            // [FEED-READ] acquire: in-fences and command are seen with the number. Pairs with [RING-PUBLISH]. Without it the fences of a
            // former round are looked at, and the job goes out too early.
            ulong number = Atomic.LoadAcquire(ref slot->Publish);
            if (RingSlot.NumberOf(number) <= at || !IsReady(ring, at + 1, number))
            {
                break; // its emitter is on its way, or it waits
            }

            at++;
            if (number == (at | RingSlot.WaitBit))
            {
                // [FEED-PUBLISH] full: from waiting to published only, before the look at a sleeping device; what the in-fences' signallers wrote
                // stands before it. Pairs with [RING-CONSUME] and [DOORBELL-SLEEP]. Without it a poller that stood still puts an old
                // number over a later round's.
                fed += Atomic.CompareExchangeFull(ref slot->Publish, at, number) == number ? 1u : 0;
            }
        }

        Atomic.StoreRelease(ref ring->FeedCursor, at);
        if (fed != 0)
        {
            RingDoorbell.Ring(ring);
        }

        return fed;
    }

    // A poller that stood still may read a later round's line: its exchange then fails, and a handle is safe to look at, whatever it names.
    private static bool IsReady(RingBlock* ring, ulong position, ulong number)
    {
        if (number != (position | RingSlot.WaitBit))
        {
            return true;
        }

        RingWait* wait = WaitOf(ring, position);
        int count = (int)Math.Min(Atomic.LoadPlain(ref wait->Count), RingWait.MaxFences);
        for (int i = 0; i < count; i++)
        {
            ulong handle = Atomic.LoadPlain(ref RingWait.FenceOf(wait, i));
            if (FenceNames.IsPending(FenceSlot.At((uint)handle), (uint)(handle >> 32)))
            {
                return false;
            }
        }

        return true;
    }
}
