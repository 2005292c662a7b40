using FastFence.Fences;
using FastFence.Memory;

namespace FastFence.Telemetry;

/// <summary>Figures that are made of several counters. What threads count meanwhile may make them a little off: never below 0.</summary>
internal static unsafe class EngineFigures
{
    /// <summary>Fences with references.</summary>
    public static long Live(EngineBlock* e) => Left(e, Counter.Created, Counter.Released);

    /// <summary>Fences not signaled.</summary>
    public static long Pending(EngineBlock* e) => Left(e, Counter.Created, Counter.Signaled);

    /// <summary>Slots of fences and callback nodes on limbo.</summary>
    public static long LimboSlots(EngineBlock* e)
    {
        long gone = MeteredEngines.Read(e, Counter.Reclaimed) + MeteredEngines.Read(e, Counter.SlotsLost); // first: what leaves meanwhile has come before
        return Math.Max(0, MeteredEngines.Read(e, Counter.Released) + MeteredEngines.Read(e, Counter.NodesReleased) - gone);
    }

    /// <summary>Their bytes.</summary>
    public static long LimboBytes(EngineBlock* e)
    {
        long gone = MeteredEngines.Read(e, Counter.LimboBytesLeft);
        return Math.Max(0, (MeteredEngines.Read(e, Counter.Released) * Reservation.FenceBytes)
            + (MeteredEngines.Read(e, Counter.NodesReleased) * Reservation.NodeBytes) - gone);
    }

    /// <summary>Slabs of fences and callback nodes.</summary>
    public static long Slabs(EngineBlock* e) => e->Pools.Fences.SlabCount + e->Pools.Nodes.SlabCount;

    /// <summary>Failed fences with a code that has no counter of its own.</summary>
    public static long FailedOtherwise(EngineBlock* e)
    {
        long known = 0;
        for (Counter c = Counter.FailedTimedOut; c <= Counter.FailedLost; c++)
        {
            known += MeteredEngines.Read(e, c);
        }

        return Math.Max(0, MeteredEngines.Read(e, Counter.Failed) - known);
    }

    private static long Left(EngineBlock* e, Counter came, Counter went)
    {
        long gone = MeteredEngines.Read(e, went); // first: what goes meanwhile has come before
        return Math.Max(0, MeteredEngines.Read(e, came) - gone);
    }
}
