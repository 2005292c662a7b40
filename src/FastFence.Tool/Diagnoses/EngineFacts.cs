using System.Globalization;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Polling;

namespace FastFence.Tool.Diagnoses;

/// <summary>What an engine would find here, beside the facts of the machine.</summary>
internal static class EngineFacts
{
    /// <summary>The facts. Reserves address space, as the first engine of a process does.</summary>
    internal static IReadOnlyList<MachineFact> Gather() => [AboutReservation(), AboutPinning(), AboutPoller()];

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
        if (!Affinity.TryGetCurrent(out CoreSet cores) || cores.Count == 0)
        {
            return new MachineFact("Poller pinning", "unknown", FactLevel.Note, "the thread's cores cannot be read here: leave PollerCore unset");
        }

        int core = CoreSet.Capacity - 1;
        while (!cores.Contains(core))
        {
            core--;
        }

        return Affinity.TryPinCurrentThread(core, out string reason)
            ? new MachineFact("Poller pinning", string.Create(CultureInfo.InvariantCulture, $"possible (tried core {core})"), FactLevel.Ok, null)
            : new MachineFact("Poller pinning", "refused", FactLevel.Note, reason);
    }

    private static MachineFact AboutPoller() => NativePollerLibrary.IsAvailable
        ? new MachineFact("Poller kind", $"native: {NativePollerLibrary.Reason}", FactLevel.Ok, null)
        : new MachineFact("Poller kind", "managed", FactLevel.Note,
            $"a garbage collection of the host stops a managed poller for as long as it lasts; {NativePollerLibrary.Reason}");
}
