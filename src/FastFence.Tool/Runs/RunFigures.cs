using FastFence.Platform;

namespace FastFence.Tool.Runs;

/// <summary>All counters of a run at one moment; what a phase did is the difference of two.</summary>
internal readonly record struct RunFigures
{
    internal long Nanoseconds { get; private init; }

    internal EngineStatistics Engine { get; private init; }

    internal long Names { get; private init; }

    internal long NamesPending { get; private init; }

    internal long Describes { get; private init; }

    internal long Waits { get; private init; }

    internal long CallbacksAdded { get; private init; }

    internal long CallbacksRemoved { get; private init; }

    /// <summary>As counted by the callbacks themselves.</summary>
    internal long CallbacksRun { get; private init; }

    internal long Opened { get; private init; }

    internal long Closed { get; private init; }

    /// <summary>Reads them all; not at one instant while threads run.</summary>
    internal static RunFigures Read(FenceEngine engine, DriverFleet fleet, Submitter[] submitters, Observer[] observers, Sabotage sabotage)
    {
        RunFigures sum = new()
        {
            Nanoseconds = MonotonicClock.Nanoseconds,
            Engine = engine.GetStatistics(),
            Opened = fleet.Opened,
            Closed = fleet.Closed,
        };
        foreach (Submitter submitter in submitters)
        {
            sum = sum.Plus(submitter.Counters, 0);
        }

        foreach (Observer observer in observers)
        {
            sum = sum.Plus(observer.Counters, observer.Callbacks.Run);
        }

        return sum.Plus(sabotage.Counters, 0);
    }

    private RunFigures Plus(WorkerCounters counters, long callbacksRun) => this with
    {
        Names = Names + Volatile.Read(ref counters.Names),
        NamesPending = NamesPending + Volatile.Read(ref counters.NamesPending),
        Describes = Describes + Volatile.Read(ref counters.Describes),
        Waits = Waits + Volatile.Read(ref counters.Waits),
        CallbacksAdded = CallbacksAdded + Volatile.Read(ref counters.CallbacksAdded),
        CallbacksRemoved = CallbacksRemoved + Volatile.Read(ref counters.CallbacksRemoved),
        CallbacksRun = CallbacksRun + callbacksRun,
    };
}
