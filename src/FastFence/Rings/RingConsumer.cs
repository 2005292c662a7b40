using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence;

/// <summary>
/// The device's side of a ring: take commands in order, write the completion word, raise the interrupt. One consumer a ring;
/// its methods are for the device's thread. It sees commands and the word, never a fence. A device in another process has the shared memory
/// (<c>RingOptions.Addresses</c>) instead.
/// </summary>
public sealed unsafe class RingConsumer
{
    // A wake that got lost costs at most this.
    private const long SafetyPollNanoseconds = 100_000_000;

    private readonly RingBlock* _ring;
    private readonly bool _isShared;
    private ulong _taken;
    private ulong _stamped;
    private uint _detached;

    internal RingConsumer(RingBlock* ring)
    {
        _ring = ring;
        _taken = ring->Timeline->StartSeqno;
        _stamped = _taken;
        _isShared = ring->IsShared != 0;
    }

    /// <summary>Position of the command taken last.</summary>
    public ulong Position => _taken;

    /// <summary>Is a command published behind the one taken last? Any thread.</summary>
    public bool HasWork
    {
        get
        {
            bool work = Enter() && IsPublished(_taken + 1);
            Section.Exit();
            return work;
        }
    }

    /// <summary>The ring is gone: every further call does nothing.</summary>
    public bool IsDetached => Atomic.LoadAcquire(ref _detached) != 0;

    /// <summary>Takes the next command; false when none is published. A NOP has opcode 0 and takes no time.</summary>
    /// <param name="command">The command.</param>
    public bool TryTake(out RingCommand command)
    {
        command = default;
        bool taken = Enter() && TryTakeInside(out command);
        Section.Exit();
        return taken;
    }

    private bool TryTakeInside(out RingCommand command)
    {
        ulong next = _taken + 1;
        RingSlot* slot = RingBlock.SlotOf(_ring, next);

        // [RING-CONSUME] acquire: the command is read after its number. Pairs with [RING-PUBLISH]. Without it a command of the former round
        // would run.
        ulong published = Atomic.LoadAcquire(ref slot->Publish);
        if ((published & ~RingSlot.NopBit) != next)
        {
            command = default;
            return false;
        }

        command = published == next ? slot->Command : default;
        _taken = next;
        return true;
    }

    /// <summary>Looks at the command behind the one taken last without taking it.</summary>
    /// <param name="command">The command.</param>
    public bool TryPeek(out RingCommand command)
    {
        ulong taken = _taken;
        bool found = TryTake(out command);
        _taken = taken;
        return found;
    }

    /// <summary>
    /// Reports everything up to <paramref name="position"/> as done: the work's results are visible before the word. No system
    /// call unless the poller sleeps.
    /// </summary>
    /// <param name="position">A position taken before; they rise.</param>
    /// <param name="nanoseconds">When it was done (monotonic ns), or 0 for now if the ring keeps completion times.</param>
    public void Complete(ulong position, long nanoseconds = 0)
    {
        if (Enter())
        {
            StampAndWrite(position, nanoseconds);
            RingDoorbell.WakePoller(_ring);
        }

        Section.Exit();
    }

    /// <summary>Reports done without an interrupt: a device that loses it, or polls alone.</summary>
    /// <param name="position">The position.</param>
    public void CompleteSilently(ulong position)
    {
        if (Enter())
        {
            StampAndWrite(position, 0);
        }

        Section.Exit();
    }

    /// <summary>Writes any value into the completion word, as broken devices do.</summary>
    /// <param name="value">The value; 32-bit rings take its low half.</param>
    public void WriteWord(ulong value)
    {
        if (Enter())
        {
            WriteInside(value);
        }

        Section.Exit();
    }

    // Whoever finds the ring attached inside a section may use its memory until the section ends.
    private bool Enter()
    {
        Section.Enter();
        return Atomic.LoadAcquire(ref _detached) == 0;
    }

    private void StampAndWrite(ulong position, long nanoseconds)
    {
        if (_ring->CompletionTimes != null)
        {
            // One report may cover several positions: all of them were done by now.
            long time = nanoseconds != 0 ? nanoseconds : MonotonicClock.Nanoseconds;
            for (ulong n = position > _stamped ? Math.Min(position - _stamped, _ring->Capacity) : 0; n-- > 0;)
            {
                _ring->CompletionTimes[(position - n) & (_ring->Capacity - 1)] = time;
            }

            _stamped = Math.Max(_stamped, position);
        }

        WriteInside(position);
    }

    private void WriteInside(ulong value)
    {
        // [WORD-WRITE] release: the work stands before its completion. Pairs with [WORD-READ]. Without it a fence is seen signaled
        // before its results are there (C14).
        if (_ring->WordBits == 32)
        {
            Atomic.StoreRelease(ref *(uint*)_ring->Word, (uint)value);
        }
        else
        {
            Atomic.StoreRelease(ref *(ulong*)_ring->Word, value);
        }
    }

    /// <summary>Wakes the poller if it sleeps. The poller's process-wide barrier stands in for a fence here.</summary>
    public void Interrupt()
    {
        if (Enter())
        {
            RingDoorbell.WakePoller(_ring);
        }

        Section.Exit();
    }

    /// <summary>Sleeps until a command is published, <see cref="WakeDevice"/> is called, or the deadline (monotonic ns) has passed; false without a command. May park.</summary>
    /// <param name="deadlineNanoseconds">Monotonic ns, <see cref="long.MaxValue"/> for none.</param>
    /// <exception cref="InvalidOperationException">The ring's memory is shared: its device sleeps in another process.</exception>
    public bool WaitForWork(long deadlineNanoseconds)
    {
        if (_isShared)
        {
            throw new InvalidOperationException("This ring's memory is shared with a device in another process (RingOptions.Addresses), which sleeps on its own doorbell.");
        }

        while (!HasWork && !IsDetached && MonotonicClock.Nanoseconds < deadlineNanoseconds)
        {
            if (SleepOnce(Math.Min(deadlineNanoseconds, MonotonicClock.Nanoseconds + SafetyPollNanoseconds)))
            {
                break; // by a wake: there is work, or the device is to look around
            }
        }

        return HasWork;
    }

    private bool SleepOnce(long deadlineNanoseconds)
    {
        bool woken = false;
        // [DOORBELL-SLEEP] full: announced before the last look; the emitter's publication is a full exchange and it looks at the
        // sleeper afterwards. Pairs with [RING-PUBLISH] and [RING-DETACH]. Without it the device sleeps over a published command.
        bool attached = Enter();
        if (attached)
        {
            Atomic.ExchangeFull(ref _ring->DoorbellAsleep, 1);
        }

        Section.Exit();
        if (attached && !HasWork && !IsDetached)
        {
            // A plain address to the kernel: should the ring go meanwhile, the word still is memory (nothing is unmapped), and
            // the sleep is short.
            Reader.Rest(Registry.CurrentReader());
            woken = Futex.Wait(&_ring->DoorbellAsleep, 1, deadlineNanoseconds) is FutexResult.Woken or FutexResult.ValueDiffers;
        }

        if (Enter())
        {
            Atomic.StoreRelease(ref _ring->DoorbellAsleep, 0);
        }

        Section.Exit();
        return woken;
    }

    /// <summary>Wakes a device that sleeps in <see cref="WaitForWork"/>: it is to stop. Any thread.</summary>
    public void WakeDevice()
    {
        if (Enter())
        {
            RingDoorbell.WakeDevice(_ring);
        }

        Section.Exit();
    }

    // The device that sleeps on the doorbell is woken and finds the ring gone.
    internal void Detach()
    {
        Section.Enter();

        // [RING-DETACH] full: the mark stands before the wake. Pairs with [DOORBELL-SLEEP]. Without it a device that announces its sleep
        // at this moment sleeps on a ring that is gone.
        Atomic.ExchangeFull(ref _detached, 1);
        RingDoorbell.WakeDevice(_ring);
        Section.Exit();
    }

    private bool IsPublished(ulong position) =>
        (Atomic.LoadAcquire(ref RingBlock.SlotOf(_ring, position)->Publish) & ~RingSlot.NopBit) == position;
}
