using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary>Destructors of an exporter's code that are staged or run, its release op among them (C17, step 8).</summary>
internal static unsafe class DestructorCount
{
    /// <summary>One more, before it is staged.</summary>
    public static void Enter(ExporterBlock* exporter) => Atomic.AddFull(ref exporter->Destructors, 1);

    /// <summary>One less. The exporter's code, and its block, may be gone when this returns.</summary>
    public static void Leave(ExporterBlock* exporter) =>

        // [DESTRUCTOR-END] full: the destructor has returned before the count falls. Pairs with [DESTRUCTORS-READ]. Without it its code is
        // unloaded under it.
        Atomic.AddFull(ref exporter->Destructors, uint.MaxValue);

    /// <summary>How many there are.</summary>
    public static uint Read(ExporterBlock* exporter) =>

        // [DESTRUCTORS-READ] acquire: unloading stays behind the news that the last one has returned. Pairs with [DESTRUCTOR-END].
        Atomic.LoadAcquire(ref exporter->Destructors);
}
