using System.Globalization;
using System.Runtime;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;

namespace FastFence.Tool.Diagnoses;

/// <summary>What an engine would find here, beside the facts of the machine.</summary>
internal static class EngineFacts
{
    /// <summary>The facts. Reserves address space, as the first engine of a process does.</summary>
    internal static IReadOnlyList<MachineFact> Gather() => [AboutReservation(), AboutPinning(), AboutFreeCore(), AboutPoller()];

    private static MachineFact AboutReservation()
    {
        try
        {
            long bytes = Reservation.Bytes;
            string value = string.Create(CultureInfo.InvariantCulture,
                $"{bytes} bytes of address space, {Reservation.FenceSlots} fence slots");
            return new MachineFact("Reservation", value, FactLevel.Ok, null);
        }
        catch (TypeInitializationException e)
        {
            return new MachineFact("Reservation", "refused", FactLevel.Problem, (e.InnerException ?? e).Message);
        }
    }

    // On a thread of its own: the mask dies with it.
    private static MachineFact AboutPinning()
    {
        MachineFact fact = new("Poller pinning", "unknown", FactLevel.Note, "threads cannot be pinned: leave PollerCore unset");
        Thread scratch = new(() => fact = TryPin()) { Name = "doctor pinning", IsBackground = true };
        scratch.Start();
        scratch.Join();
        return fact;
    }

    // The last core, because interrupts and everybody's first thread tend to sit on the first.
    private static MachineFact TryPin()
    {
        if (LastCore() is not int core)
        {
            return new MachineFact("Poller pinning", "unknown", FactLevel.Note, "the thread's cores cannot be read here: leave PollerCore unset");
        }

        return Affinity.TryPinCurrentThread(core, out string reason)
            ? new MachineFact("Poller pinning", string.Create(CultureInfo.InvariantCulture, $"possible (tried core {core})"), FactLevel.Ok, null)
            : new MachineFact("Poller pinning", "refused", FactLevel.Note, reason);
    }

    // Kept for a moment and given back, as an engine does from its start to its end.
    private static MachineFact AboutFreeCore()
    {
        const string Name = "Poller core";
        const string Advice = "other threads of the process share the poller's core: milliseconds at its p99; give the process a second core, or leave PollerCore unset";
        if (LastCore() is not int core)
        {
            return new MachineFact(Name, "unknown", FactLevel.Note, Advice);
        }

        bool kept = CoreKeeper.TryKeep(core, out string result);
        if (kept)
        {
            CoreKeeper.Release(core);
        }

        string? advice = !kept ? Advice
            : GCSettings.IsServerGC ? "the server collector has a thread for each core, this one was moved; leave the core out of DOTNET_GCHeapAffinitizeMask instead"
            : null;
        return new MachineFact(Name, string.Create(CultureInfo.InvariantCulture, $"core {core} {result}"), advice == null ? FactLevel.Ok : FactLevel.Note, advice);
    }

    private static int? LastCore()
    {
        if (!Affinity.TryGetCurrent(out CoreSet cores) || cores.Count == 0)
        {
            return null;
        }

        int core = CoreSet.Capacity - 1;
        while (!cores.Contains(core))
        {
            core--;
        }

        return core;
    }

    private static MachineFact AboutPoller() => NativePollerLibrary.IsAvailable
        ? new MachineFact("Poller kind", $"native: {NativePollerLibrary.Reason}", FactLevel.Ok, null)
        : new MachineFact("Poller kind", "managed", FactLevel.Note,
            $"a garbage collection of the host stops a managed poller for as long as it lasts; {NativePollerLibrary.Reason}");
}
