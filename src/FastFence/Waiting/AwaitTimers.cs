// The timeouts of awaits: one wheel and one thread a process, like the reclamation domain. The framework's timers would allocate
// for each await. The thread starts with the first timed await and sleeps until the wheel's next event; a timeout that is taken
// out again, as most are, never wakes it.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>Timers of awaits, by the source's number. Any thread; a lock of a few instructions, nothing runs under it.</summary>
internal static unsafe class AwaitTimers
{
    // 1.05 ms: finer than the scheduler's promise to a sleeping thread, and a shift away from nanoseconds.
    private const int TickShift = 20;

    private static readonly Lock s_lock = new();
    private static readonly TimerWheel s_wheel = new();
    private static readonly nint s_word = (nint)NativeMemory.AllocZeroed(sizeof(uint));
    private static ulong s_sleepsUntil;
    private static Thread? s_thread;

    /// <summary>How often the thread has woken: it does so for events only. For tests.</summary>
    internal static long Turns { get; private set; }

    /// <summary>Timers that run.</summary>
    internal static uint Running
    {
        get
        {
            lock (s_lock)
            {
                return s_wheel.Count;
            }
        }
    }

    /// <summary>Ends the source's await at a monotonic time, or up to a tick later; never earlier.</summary>
    public static void Start(int number, in AwaitTicket ticket, long deadlineNanoseconds)
    {
        // Rounded up: the first tick that begins at the deadline or after it.
        ulong due = ((ulong)deadlineNanoseconds + (1UL << TickShift) - 1) >> TickShift;
        bool wake;
        lock (s_lock)
        {
            s_wheel.Add((uint)number, due, ticket);
            if (s_thread == null)
            {
                s_thread = new Thread(Run) { Name = "FastFence timers", IsBackground = true };
                s_thread.UnsafeStart();
            }

            wake = due < s_sleepsUntil;
            if (wake)
            {
                // Under the lock, as the thread reads it: the kernel then refuses a sleep that would begin now.
                s_sleepsUntil = due;
                Atomic.AddFull(ref *(uint*)s_word, 1);
            }
        }

        if (wake)
        {
            Futex.Wake((uint*)s_word, 1);
        }
    }

    /// <summary>Stops the source's timer. It may fire all the same if it was due: its ticket is refused then.</summary>
    public static void Stop(int number)
    {
        lock (s_lock)
        {
            s_wheel.Remove((uint)number);
        }
    }

    private static void Run()
    {
        while (true)
        {
            uint seen;
            ulong next;
            bool due;
            uint number;
            AwaitTicket ticket;
            lock (s_lock)
            {
                due = s_wheel.TryExpire((ulong)MonotonicClock.Nanoseconds >> TickShift, out number, out ticket);
                next = s_wheel.NextEvent;
                s_sleepsUntil = due ? 0 : next;
                seen = *(uint*)s_word;
            }

            if (due)
            {
                AwaitPool.At((int)number).EndByTimeout(ticket);
            }
            else
            {
                Futex.Wait((uint*)s_word, seen, next > long.MaxValue >> TickShift ? Futex.NoDeadline : (long)next << TickShift);
                Turns++;
            }
        }
    }
}
