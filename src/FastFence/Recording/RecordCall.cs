// The foreign code that a thread is inside of, in the head of its ring: when the process dies in there, its mapped file still says
// so, with nothing to be done at that moment. No signal handler, no cost but these stores.
//
//   owner                                  reader
//   turn even: in none
//   words        (release each)            turn                 (acquire; odd, or there is none)
//   turn + 1     (release; odd)            words                (acquire each)
//   … the callback …                       turn again           the same, or what was read is of two calls
//   turn + 2     (plain)
//
// Native memory only: the native poller writes here, too.
using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Recording;

/// <summary>A call of foreign code as the ring of its thread has it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RecordCall
{
    /// <summary>Odd while the thread is inside. Owning thread.</summary>
    public ulong Turn;

    /// <summary>The function; 0 = a delegate.</summary>
    public ulong Function;

    /// <summary>Context of the fence whose callback it is.</summary>
    public ulong Context;

    /// <summary>Its seqno.</summary>
    public ulong Seqno;

    /// <summary>Name ids: driver (low half), timeline (high half).</summary>
    public ulong Names;

    /// <summary>The thread goes in. Owning thread; not while it is inside.</summary>
    public static void Begin(ref RecordCall call, nint function, ulong context, ulong seqno, ulong names)
    {
        // [CALL-WORDS] release, each: behind the turn that ended the call before. Pairs with [CALL-READ]. Without it a reader that saw the call
        // before would read this one's words and find its turn unchanged.
        Atomic.StoreRelease(ref call.Function, (ulong)function); // [CALL-WORDS]
        Atomic.StoreRelease(ref call.Context, context); // [CALL-WORDS]
        Atomic.StoreRelease(ref call.Seqno, seqno); // [CALL-WORDS]
        Atomic.StoreRelease(ref call.Names, names); // [CALL-WORDS]

        // [CALL-IN] release: behind the words. Pairs with [CALL-LOOK]. Without it a reader would take the words of the call before for this one's.
        Atomic.StoreRelease(ref call.Turn, Atomic.LoadPlain(ref call.Turn) + 1);
    }

    /// <summary>It has come back. Owning thread.</summary>
    public static void End(ref RecordCall call) => Atomic.StorePlain(ref call.Turn, Atomic.LoadPlain(ref call.Turn) + 1);

    /// <summary>The call that the thread is inside of, whole; false when there is none, or when it changed while it was read. Any thread or process.</summary>
    public static bool TryRead(ref RecordCall call, out RecordCall read)
    {
        read = default;

        // [CALL-LOOK] acquire: before the words. Pairs with [CALL-IN]. Without it the words may be those of the call before.
        ulong turn = Atomic.LoadAcquire(ref call.Turn);
        if ((turn & 1) == 0)
        {
            return false;
        }

        // [CALL-READ] acquire, each: before the second look at the turn. Pairs with [CALL-WORDS]. Without it the words may be the next call's.
        read.Function = Atomic.LoadAcquire(ref call.Function); // [CALL-READ]
        read.Context = Atomic.LoadAcquire(ref call.Context); // [CALL-READ]
        read.Seqno = Atomic.LoadAcquire(ref call.Seqno); // [CALL-READ]
        read.Names = Atomic.LoadAcquire(ref call.Names); // [CALL-READ]
        read.Turn = turn;

        // [CALL-AGAIN] acquire: is it still that call? Pairs with [CALL-WORDS]: whoever met a word of the next call meets the end of this one. Without
        // it words of two calls would be handed out as one.
        return Atomic.LoadAcquire(ref call.Turn) == turn;
    }
}
