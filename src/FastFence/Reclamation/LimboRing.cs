using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;

namespace FastFence.Reclamation;

/// <summary>
/// Sealed bags of one thread, oldest first. The thread puts in; the thread and the reclaimer take out, so that bags of idle
/// and dead threads do not wait for them.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LimboRing
{
    /// <summary>Bags it holds; more go to the pool's overflow stack.</summary>
    public const uint Capacity = 128;

    private uint _head;
    private uint _tail;
    private fixed uint _bags[(int)Capacity];

    /// <summary>Bags in it, a moment ago.</summary>
    public uint Count => Atomic.LoadPlain(ref _tail) - Atomic.LoadAcquire(ref _head);

    /// <summary>Puts a bag in. Owning thread only; false when full.</summary>
    public bool TryPut(uint bag)
    {
        uint tail = Atomic.LoadPlain(ref _tail);
        if (tail - Atomic.LoadAcquire(ref _head) == Capacity)
        {
            return false;
        }

        Atomic.StorePlain(ref _bags[tail % Capacity], bag);

        // [LIMBO-PUT] release: the bag's content and stamp stand before it can be taken. Pairs with [LIMBO-TAKE].
        // Without it the reclaimer would read a stamp of the bag's former life and free early.
        Atomic.StoreRelease(ref _tail, tail + 1);
        return true;
    }

    /// <summary>Takes the oldest bag if its grace period is over. Any thread; 0 when there is none.</summary>
    public uint TryTake(DomainBlock* domain)
    {
        while (true)
        {
            uint head = Atomic.LoadAcquire(ref _head);

            // [LIMBO-TAKE] acquire: pairs with [LIMBO-PUT].
            if (head == Atomic.LoadAcquire(ref _tail))
            {
                return 0;
            }

            uint bag = Atomic.LoadPlain(ref _bags[head % Capacity]);
            if (!Domain.IsComplete(domain, Atomic.LoadAcquire(ref Bag.At(bag)->Stamp)))
            {
                return 0;
            }

            // The exchange decides who has it; whoever lost may have looked at a stamp of the bag's next life, which is harmless.
            if (Atomic.CompareExchangeFull(ref _head, head + 1, head) == head)
            {
                return bag;
            }
        }
    }

    /// <summary>Takes the oldest bag whatever its grace period. Teardown only.</summary>
    public uint TakeAny() => _head == _tail ? 0 : _bags[_head++ % Capacity];
}
