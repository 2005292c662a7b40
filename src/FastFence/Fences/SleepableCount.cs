using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary>Threads inside an exporter's <c>wait</c> op against the exporter's going away: the sleepable grace period (decision 14).</summary>
internal static unsafe class SleepableCount
{
    /// <summary>Counts the caller in. Inside the section in which the fence was seen pending.</summary>
    public static void Enter(ExporterBlock* exporter) =>

        // [SLEEP-ENTER] full: counted before the state is looked at. Pairs with [UNLOAD-CLOSE]. Without it unload could read
        // the count 0 while we enter the exporter's code.
        Atomic.AddFull(ref exporter->Sleepers, 1);

    /// <summary>May who has been counted in call the op?</summary>
    public static bool IsOpen(ExporterBlock* exporter) => Atomic.LoadAcquire(ref exporter->State) == (uint)ExporterState.Open;

    /// <summary>Counts the caller out.</summary>
    public static void Exit(ExporterBlock* exporter) =>

        // [SLEEP-EXIT] full: the op has returned, or thrown, before the count falls. Pairs with [SLEEP-READ]. Without it the op is unloaded
        // before its last instruction.
        Atomic.AddFull(ref exporter->Sleepers, uint.MaxValue);

    /// <summary>Marks the exporter as going away: nobody enters its ops from here on, but sections that are open now.</summary>
    public static void Close(ExporterBlock* exporter) =>

        // [UNLOAD-CLOSE] full: marked before the grace period and before the sleepers are counted. Pairs with [SLEEP-ENTER]. Without
        // it a thread enters the exporter's code after we have looked.
        Atomic.ExchangeFull(ref exporter->State, (uint)ExporterState.Closing);

    /// <summary>How many are inside; after <see cref="Close"/> it only falls, but for sections open then.</summary>
    public static uint Read(ExporterBlock* exporter) =>

        // [SLEEP-READ] acquire: unloading stays behind the news that the last op has returned. Pairs with [SLEEP-EXIT].
        Atomic.LoadAcquire(ref exporter->Sleepers);
}
