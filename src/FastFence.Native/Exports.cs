// The library's functions: see fastfence.h. They are called by the host's runtime and return at once; what runs for long is the
// library's own thread, which the host's runtime does not know.
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Reclamation;
using FastFence.Rings;

namespace FastFence;

/// <summary>What the host calls.</summary>
internal static unsafe class Exports
{
    private const long SafetyPollNanoseconds = 10_000_000;

    private static readonly Lock s_lock = new();
    private static nint s_host;

    /// <summary>The layout that this library was built with.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_layout")]
    public static ulong Layout() => SharedLayout.Hash();

    /// <summary>Takes the host's process-wide memory, once; an <see cref="AttachResult"/>.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_attach")]
    public static int Attach(HostWords* host)
    {
        if (host->Size != (ulong)sizeof(HostWords))
        {
            return AttachResult.SizeDiffers;
        }

        if (host->Layout != SharedLayout.Hash())
        {
            return AttachResult.LayoutDiffers;
        }

        lock (s_lock)
        {
            if (s_host != 0)
            {
                return s_host == host->ReservationBase ? AttachResult.Attached : AttachResult.Taken;
            }

            Reservation.Attach(host);
            BlockHeap.Attach(host);
            Regions.Attach(host);
            Domain.Attach(host);
            s_host = host->ReservationBase;
            return AttachResult.Attached;
        }
    }

    /// <summary>Starts a poller's thread; 0, or why not: 1 = not attached, 2 = no thread could be made.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_start")]
    public static int Start(PollerControl* control)
    {
        if (s_host == 0)
        {
            return 1;
        }

        try
        {
            nint address = (nint)control;
            new Thread(() => Run((PollerControl*)address)) { IsBackground = true, Name = "FastFence poller" }.Start();
            return 0;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return 2;
        }
    }

    /// <summary>A native callback that stands still while the 32-bit word at its argument is not 0: what a stuck one does.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_hold")]
    public static void Hold(ulong fence, nint argument)
    {
        uint* word = (uint*)argument;
        for (uint hold = Atomic.LoadAcquire(ref *word); hold != 0; hold = Atomic.LoadAcquire(ref *word))
        {
            Futex.Wait(word, hold, MonotonicClock.Nanoseconds + SafetyPollNanoseconds);
        }
    }

    /// <summary>A native callback that ends its thread on the spot, without a word to anybody: what a dead one does. For tests.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_die")]
    public static void Die(ulong fence, nint argument) => Libc.SystemCall(SystemCallNumber.ExitThread, 0, 0, 0);

    /// <summary>
    /// A native callback that adds 1 to the 32-bit word at its argument and wakes all who sleep on it, in any process: how a thread that
    /// no runtime knows waits for a fence.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_wake")]
    public static void Wake(ulong fence, nint argument)
    {
        uint* word = (uint*)argument;
        Atomic.AddFull(ref *word, 1);
        Futex.WakeShared(word, int.MaxValue);
    }

    /// <summary>Starts a device on a thread of its own (<see cref="RingDriver"/>); 0, or 2 = no thread could be made. For tests and measurements.</summary>
    [UnmanagedCallersOnly(EntryPoint = "fastfence_drive")]
    public static int Drive(RingDriverWords* words)
    {
        try
        {
            nint address = (nint)words;
            new Thread(() => RingDriver.Run((RingDriverWords*)address)) { IsBackground = true, Name = "FastFence driver" }.Start();
            return 0;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return 2;
        }
    }

    private static void Run(PollerControl* control)
    {
        if (control->Core >= 0)
        {
            control->Pinned = Affinity.TryPinCurrentThread(control->Core, out _) ? 1u : 0;
        }

        PollerLoop.Run(control);
    }
}
