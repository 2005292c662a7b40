// Private data between signal and free (C4, C15): staged with a stamp, destroyed on the reclaimer once the grace period is
// over. Destructors are the exporter's code and may block, so nobody else runs them.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence.Fences;

/// <summary>One piece of private data on its way out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RetireRecord
{
    /// <summary>Next record.</summary>
    public RetireRecord* Next;

    /// <summary>Stamp of its grace period.</summary>
    public ulong Stamp;

    /// <summary>Argument of the destructor.</summary>
    public nint Data;

    /// <summary>Managed destructor (<c>delegate*&lt;nint, void&gt;</c>); 0 = none.</summary>
    public nint Destructor;

    /// <summary>Block to give back after the destructor; 0 = none.</summary>
    public nint Block;

    /// <summary>Its size.</summary>
    public long BlockBytes;

    /// <summary>Exporter whose code the destructor is and that counts it; null = the engine's own memory.</summary>
    public ExporterBlock* Exporter;

    /// <summary>Serial of the engine, for reports.</summary>
    public ulong Serial;

    /// <summary>Fills the block with the poison pattern: who reads it late reads that.</summary>
    public static void PoisonBlock(RetireRecord* record) =>
        new Span<ulong>((void*)record->Block, (int)(BlockHeap.RoundedSize(record->BlockBytes) / sizeof(ulong))).Fill(Poison.Pattern);
}

/// <summary>The engine's list: pushed by any thread, taken whole by the reclaimer.</summary>
[StructLayout(LayoutKind.Explicit, Size = Reservation.ContentionBytes)]
internal unsafe struct RetireList
{
    [FieldOffset(0)]
    private nint _pushed;

    // Reclaimer only: taken, grace period not over.
    [FieldOffset(8)]
    private RetireRecord* _waiting;

    [FieldOffset(16)]
    private ulong _count;

    /// <summary>Records that wait.</summary>
    public ulong Count => Atomic.LoadAcquire(ref _count);

    /// <summary>Stages a record whose data nobody can reach any more but readers in sections that began before.</summary>
    public void Push(DomainBlock* domain, RetireRecord* record)
    {
        Atomic.AddFull(ref _count, 1);
        record->Stamp = Domain.Stamp(domain);
        nint seen = Atomic.LoadPlain(ref _pushed);
        while (true)
        {
            record->Next = (RetireRecord*)seen;

            // [RETIRE-PUSH] full: the record stands before it is seen. Pairs with [RETIRE-TAKE].
            nint found = Atomic.CompareExchangeFull(ref _pushed, (nint)record, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Destroys what is ripe; how many. Reclaimer only; runs the exporter's code, may block.</summary>
    public int DestroyRipe(DomainBlock* domain, delegate*<RetireRecord*, void> destroy)
    {
        // [RETIRE-TAKE] full: pairs with [RETIRE-PUSH].
        RetireRecord* taken = (RetireRecord*)Atomic.ExchangeFull(ref _pushed, 0);
        while (taken != null)
        {
            RetireRecord* next = taken->Next;
            taken->Next = _waiting;
            _waiting = taken;
            taken = next;
        }

        if (_waiting == null)
        {
            return 0;
        }

        Domain.Advance(domain, Registry.CurrentReader());
        int destroyed = 0;
        RetireRecord** link = &_waitingField(ref this)->_waiting;
        while (*link != null)
        {
            RetireRecord* record = *link;
            if (!Domain.IsComplete(domain, record->Stamp))
            {
                link = &record->Next;
                continue;
            }

            *link = record->Next;
            destroy(record);
            destroyed++;
            Atomic.AddFull(ref _count, ulong.MaxValue);
        }

        return destroyed;

        static RetireList* _waitingField(ref RetireList list) =>
            (RetireList*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref list); // native memory, never moves
    }
}
