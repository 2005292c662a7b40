using System.Runtime.CompilerServices;
using FastFence.Polling;

namespace FastFence.Telemetry;

/// <summary>Garbage collections that a poller's thread has lived through, and how long they stopped the host.</summary>
/// <param name="Count">How many.</param>
/// <param name="Time">For how long.</param>
internal readonly record struct PollerPauses(long Count, TimeSpan Time)
{
    private static readonly ConditionalWeakTable<IPollerThread, Holder> s_began = [];

    private static PollerPauses Now => new(GC.CollectionCount(0), GC.GetTotalPauseDuration());

    /// <summary>A poller's thread begins: what has been so far is none of its.</summary>
    public static void Begin(IPollerThread thread) => s_began.AddOrUpdate(thread, new Holder(Now));

    /// <summary>Since the thread that polls began.</summary>
    public static PollerPauses Of(IMeteredEngine engine)
    {
        PollerPauses now = Now;
        return engine.PollerThread is { } thread && s_began.TryGetValue(thread, out Holder? began)
            ? new PollerPauses(now.Count - began.Pauses.Count, now.Time - began.Pauses.Time)
            : new PollerPauses(-1, TimeSpan.Zero);
    }

    private sealed record Holder(PollerPauses Pauses);
}
