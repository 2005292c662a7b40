// The timeouts of awaits, and awaits of values that are due: one wheel, one hub and one thread a process, like the reclamation domain. The
// framework's timers would allocate for each await. The thread starts with the first await that needs it and sleeps until the wheel's next
// event; a timeout that is taken out again, as most are, never wakes it.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Waiting;

/// <summary>Timers of awaits, by the source's number. Any thread; a lock of a few instructions, nothing runs under it.</summary>
internal static unsafe class AwaitTimers
{
    // 1.05 ms: finer than the scheduler's promise to a sleeping thread, and a shift away from nanoseconds.
    private const int TickShift = 20;

    private static readonly Lock s_lock = new();
    private static readonly TimerWheel s_wheel = new();
    private static readonly nint s_hub = (nint)NativeMemory.AllocZeroed((nuint)sizeof(AwaitHub));
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
            EnsureThread();
            wake = due < s_sleepsUntil;
        }

        if (wake)
        {
            AwaitHub.Wake((AwaitHub*)s_hub);
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

    /// <summary>Lets awaits of values of this engine come here when they are due.</summary>
    public static void Connect(EngineBlock* engine)
    {
        if (Atomic.LoadAcquire(ref engine->Hub) == 0)
        {
            lock (s_lock)
            {
                EnsureThread();
            }

            // The same word from everybody; the push of the first node publishes it to signallers.
            Atomic.StoreRelease(ref engine->Hub, s_hub);
        }
    }

    private static void EnsureThread()
    {
        if (s_thread == null)
        {
            s_thread = new Thread(Run) { Name = "FastFence timers", IsBackground = true };
            s_thread.UnsafeStart();
        }
    }

    private static void Run()
    {
        AwaitHub* hub = (AwaitHub*)s_hub;
        while (true)
        {
            if (EndDueTimer() || EndDueValue(hub))
            {
                continue;
            }

            // Announced before the last look at the wheel: whoever starts an earlier timer after it takes the announcement back.
            AwaitHub.Announce(hub);
            ulong next;
            lock (s_lock)
            {
                next = s_wheel.NextEvent;
                s_sleepsUntil = next;
            }

            Reader.Rest(Registry.CurrentReader());
            AwaitHub.Sleep(hub, next > long.MaxValue >> TickShift ? Futex.NoDeadline : (long)next << TickShift);
            Turns++;
        }
    }

    private static bool EndDueTimer()
    {
        uint number;
        AwaitTicket ticket;
        lock (s_lock)
        {
            if (!s_wheel.TryExpire((ulong)MonotonicClock.Nanoseconds >> TickShift, out number, out ticket))
            {
                return false;
            }

            s_sleepsUntil = 0; // awake: nobody need wake us
        }

        AwaitPool.At((int)number).EndByTimeout(ticket);
        return true;
    }

    private static bool EndDueValue(AwaitHub* hub)
    {
        uint index = AwaitHub.Pop(hub);
        if (index == 0)
        {
            return false;
        }

        // Claimed by the signaller: nobody else ends this await, and the engine stays until we leave.
        CallbackNode* node = CallbackNode.At(index);
        PoolSet* pools = (PoolSet*)node->Function;
        AwaitSource source = AwaitPool.At((int)node->Argument);
        FenceStatus status = ValueWait.StatusOf(node);
        ThreadCache* cache = Registry.CacheOf(pools);
        if (cache != null)
        {
            CallbackList.Give(cache, index); // without a cache the slot is lost; the live count shows it
        }

        ValueWait.Leave(pools);
        source.EndByValue(status);
        return true;
    }
}
