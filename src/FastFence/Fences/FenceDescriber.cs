using System.Buffers.Text;
using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary><c>&lt;driver&gt; &lt;timeline&gt; seq &lt;seqno&gt; signaled|unsignaled</c> in UTF-8, without allocation (C8).</summary>
internal static unsafe class FenceDescriber
{
    // A space, " seq ", a number of 20 digits, " unsignaled".
    private const int MostBesides = 1 + 5 + 20 + 11;

    /// <summary>Writes the description; 0 and nothing useful in the span when it is too short. Inside a section.</summary>
    public static int Describe(Fence fence, Span<byte> destination)
    {
        FenceSlot* slot = fence.Slot;
        ulong seqno = Atomic.LoadAcquire(ref slot->Seqno);

        // One look decides for the whole line: a fence that signals meanwhile is still described as the pending one it was.
        bool pending = FenceNames.IsPending(slot, fence.Generation, out bool current);
        if (!current)
        {
            seqno = 0;
        }

        ReadOnlySpan<byte> driver = pending ? FenceNames.AskDriver(slot) : FenceNames.DetachedDriver;
        ReadOnlySpan<byte> timeline = pending ? FenceNames.AskTimeline(slot) : FenceNames.SignaledTimeline;
        if (destination.Length < driver.Length + timeline.Length + MostBesides)
        {
            return DescribeInto(destination, driver, timeline, seqno, pending);
        }

        // There is room for whatever it is.
        driver.CopyTo(destination);
        int at = driver.Length;
        destination[at++] = (byte)' ';
        timeline.CopyTo(destination[at..]);
        at += timeline.Length;
        " seq "u8.CopyTo(destination[at..]);
        at += 5;
        if (seqno < 10)
        {
            destination[at++] = (byte)('0' + seqno);
        }
        else
        {
            Append(seqno, destination, ref at);
        }

        // Each of a length that the compiler knows.
        if (pending)
        {
            " unsignaled"u8.CopyTo(destination[at..]);
            return at + 11;
        }

        " signaled"u8.CopyTo(destination[at..]);
        return at + 9;
    }

    // As the other, where it may not fit.
    private static int DescribeInto(Span<byte> destination, ReadOnlySpan<byte> driver, ReadOnlySpan<byte> timeline, ulong seqno, bool pending)
    {
        int at = 0;
        return Append(driver, destination, ref at)
            && Append(" "u8, destination, ref at)
            && Append(timeline, destination, ref at)
            && Append(" seq "u8, destination, ref at)
            && Append(seqno, destination, ref at)
            && Append(pending ? " unsignaled"u8 : " signaled"u8, destination, ref at)
            ? at
            : 0;
    }

    private static bool Append(ReadOnlySpan<byte> text, Span<byte> destination, ref int at)
    {
        if (!text.TryCopyTo(destination[at..]))
        {
            return false;
        }

        at += text.Length;
        return true;
    }

    private static bool Append(ulong value, Span<byte> destination, ref int at)
    {
        if (!Utf8Formatter.TryFormat(value, destination[at..], out int written))
        {
            return false;
        }

        at += written;
        return true;
    }
}
