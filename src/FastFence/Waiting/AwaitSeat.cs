// One pool thread that has just run an await's continuation looks for the next one for a moment, instead of going back to the pool at once: who
// ends an await hands it over by a word between two cores, not by the pool's queue and its wake of a worker.
//
//   closed ──TrySit──► waiting ──TryGive(n)──► given n ──TryTake──► closed
//      ▲                  │
//      └──────TryLeave────┘            fails when somebody has given one meanwhile: then it is taken
//
// While the thread runs what it took, the seat is closed: nothing waits behind a continuation that may take its time.
using FastFence.Atomics;

namespace FastFence.Waiting;

/// <summary>The place of one waiting thread, as a word. A static class over the word, so that the model can have one of its own.</summary>
internal static class AwaitSeat
{
    private const uint Closed = 0;
    private const uint Waiting = 1;
    private const uint First = 2; // a source's number, moved up by so much

    /// <summary>The caller waits from here on; false when another thread does, or one has been given something that it has not taken yet.</summary>
    public static bool TrySit(ref uint seat) => Atomic.CompareExchangeFull(ref seat, Waiting, Closed) == Closed;

    /// <summary>Gives a source to the waiting thread; false when none waits. Any thread.</summary>
    public static bool TryGive(ref uint seat, int number) =>

        // [SEAT-GIVE] full: what ended the await stands before the thread that goes on with it sees its number, and only a seat with a waiting
        // thread is given anything. Pairs with [SEAT-TAKE] and [SEAT-LEAVE]. Without it the continuation would run on a result that is not there yet.
        Atomic.LoadPlain(ref seat) == Waiting && Atomic.CompareExchangeFull(ref seat, (uint)number + First, Waiting) == Waiting;

    /// <summary>Takes what was given, and closes the seat. The waiting thread.</summary>
    public static bool TryTake(ref uint seat, out int number)
    {
        // [SEAT-TAKE] acquire: the number before what it stands for. Pairs with [SEAT-GIVE]. Without it the source would be read as it was before its end.
        uint word = Atomic.LoadAcquire(ref seat);
        number = (int)(word - First);
        if (word < First)
        {
            return false;
        }

        Atomic.StorePlain(ref seat, Closed); // nobody else changes a seat that is given
        return true;
    }

    /// <summary>Closes the seat; false when something has been given meanwhile. The waiting thread.</summary>
    public static bool TryLeave(ref uint seat) =>

        // [SEAT-LEAVE] full: by exchange, so that either the giver or we succeed. Pairs with [SEAT-GIVE]. Without it an await that was given at this
        // moment would be told to nobody.
        Atomic.CompareExchangeFull(ref seat, Closed, Waiting) == Waiting;
}
