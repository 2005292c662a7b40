// Timers in native memory: a hierarchical wheel (Varghese and Lauck, 1987, scheme 7; Linux kernel/time/timer.c before 4.8, which
// also re-sorts). Level L has 64 slots of 64^L ticks. A timer lies on the level of the highest group of six bits in which its
// tick differs from the present one, so that all groups above agree:
//
//   level 1:   | 64 … 127 | 128 … 191 | …      a slot is taken apart when the present tick reaches its first one
//   level 0:   |1|2|3| … |63|                  a slot is one tick: whoever lies there is due at it
//
// Hence the lowest level that is not empty holds the next event, found by one bit mask. Adding and removing are O(1), each timer
// is moved at most ten times, and nothing happens at ticks at which nothing lies: no tick interrupt.
//
// A timer is a number below the capacity, given by the caller; so there is nothing to allocate for one.
using System.Runtime.InteropServices;

namespace FastFence.Waiting;

/// <summary>One timer: its links, its tick, and what it ends.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimerEntry
{
    /// <summary>Next of its slot, as number + 1; 0 = last.</summary>
    public uint Next;

    /// <summary>Former of its slot, as number + 1; 0 = first.</summary>
    public uint Previous;

    /// <summary>Tick at which it is due.</summary>
    public ulong Due;

    /// <summary>Slot it lies in, plus 1; 0 = not in the wheel.</summary>
    public uint Place;

    /// <summary>What it ends.</summary>
    public AwaitTicket Ticket;
}

/// <summary>The wheel. One thread at a time; the caller has the lock.</summary>
internal sealed unsafe class TimerWheel : IDisposable
{
    private const int GroupBits = 6;
    private const int Slots = 1 << GroupBits;
    private const int Levels = 11; // 66 bits: any tick
    private const int Ripe = Levels * Slots; // those that are due and not yet taken

    private readonly uint* _heads = (uint*)NativeMemory.AllocZeroed((Ripe + 1) * sizeof(uint));
    private readonly ulong* _occupied = (ulong*)NativeMemory.AllocZeroed(Levels * sizeof(ulong));
    private TimerEntry* _entries;
    private uint _capacity;
    private ulong _now;

    /// <summary>Timers in it.</summary>
    public uint Count { get; private set; }

    /// <summary>The first tick at which <see cref="TryExpire"/> has something to do; <see cref="ulong.MaxValue"/> when empty.</summary>
    public ulong NextEvent
    {
        get
        {
            if (_heads[Ripe] != 0)
            {
                return _now;
            }

            for (int level = 0; level < Levels; level++)
            {
                if (_occupied[level] != 0)
                {
                    return StartOf(level, System.Numerics.BitOperations.TrailingZeroCount(_occupied[level]));
                }
            }

            return ulong.MaxValue;
        }
    }

    /// <summary>Puts a timer in. Allocates native memory when <paramref name="number"/> is the highest so far, now and then.</summary>
    /// <param name="number">Not in the wheel.</param>
    /// <param name="due">Tick; one that has passed is due at once.</param>
    /// <param name="ticket">What it ends.</param>
    public void Add(uint number, ulong due, in AwaitTicket ticket)
    {
        if (number >= _capacity)
        {
            Grow(number);
        }

        TimerEntry* entry = &_entries[number];
        entry->Due = due;
        entry->Ticket = ticket;
        Place(number, entry);
        Count++;
    }

    /// <summary>Takes a timer out; false when it is not in (it has expired, or never was).</summary>
    public bool Remove(uint number)
    {
        if (number >= _capacity || _entries[number].Place == 0)
        {
            return false;
        }

        Unlink(&_entries[number]);
        Count--;
        return true;
    }

    /// <summary>Takes out one timer whose tick is at most <paramref name="now"/>, in no order within a tick; false: none left.</summary>
    public bool TryExpire(ulong now, out uint number, out AwaitTicket ticket)
    {
        while (_heads[Ripe] == 0)
        {
            ulong next = NextEvent;
            if (next > now)
            {
                // Between two events the present tick may move freely: nobody's highest differing group changes.
                _now = Math.Max(_now, now);
                number = 0;
                ticket = default;
                return false;
            }

            _now = next;
            TakeApart(next);
        }

        number = _heads[Ripe] - 1;
        ticket = _entries[number].Ticket;
        Remove(number);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_heads);
        NativeMemory.Free(_occupied);
        NativeMemory.Free(_entries);
    }

    private static int LevelOf(ulong difference) => (63 - System.Numerics.BitOperations.LeadingZeroCount(difference)) / GroupBits;

    private ulong StartOf(int level, int slot)
    {
        int shift = level * GroupBits;
        ulong above = shift + GroupBits >= 64 ? 0 : _now >> (shift + GroupBits) << (shift + GroupBits);
        return above | ((ulong)slot << shift);
    }

    // The slot that begins at the present tick: its timers are due now, or lie lower from now on.
    private void TakeApart(ulong tick)
    {
        for (int level = Levels - 1; level >= 0; level--)
        {
            int slot = (int)(tick >> (level * GroupBits)) & (Slots - 1);
            uint* head = &_heads[(level * Slots) + slot];
            while (*head != 0)
            {
                uint number = *head - 1;
                TimerEntry* entry = &_entries[number];
                Unlink(entry);
                Place(number, entry);
            }
        }
    }

    private void Place(uint number, TimerEntry* entry)
    {
        uint place = Ripe;
        if (entry->Due > _now)
        {
            int level = LevelOf(entry->Due ^ _now);
            int slot = (int)(entry->Due >> (level * GroupBits)) & (Slots - 1);
            _occupied[level] |= 1UL << slot;
            place = (uint)((level * Slots) + slot);
        }

        uint first = _heads[place];
        entry->Place = place + 1;
        entry->Previous = 0;
        entry->Next = first;
        if (first != 0)
        {
            _entries[first - 1].Previous = number + 1;
        }

        _heads[place] = number + 1;
    }

    private void Unlink(TimerEntry* entry)
    {
        uint place = entry->Place - 1;
        if (entry->Next != 0)
        {
            _entries[entry->Next - 1].Previous = entry->Previous;
        }

        if (entry->Previous != 0)
        {
            _entries[entry->Previous - 1].Next = entry->Next;
        }
        else
        {
            _heads[place] = entry->Next;
            if (entry->Next == 0 && place != Ripe)
            {
                _occupied[place / Slots] &= ~(1UL << (int)(place % Slots));
            }
        }

        entry->Place = 0;
    }

    private void Grow(uint number)
    {
        uint capacity = Math.Max(64, System.Numerics.BitOperations.RoundUpToPowerOf2(number + 1));
        _entries = (TimerEntry*)NativeMemory.Realloc(_entries, capacity * (nuint)sizeof(TimerEntry));
        NativeMemory.Clear(_entries + _capacity, (capacity - _capacity) * (nuint)sizeof(TimerEntry));
        _capacity = capacity;
    }
}
