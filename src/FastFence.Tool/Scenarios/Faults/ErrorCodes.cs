using FastFence.NativeSim;

namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 25: each cause has its code, on exactly the fences concerned.</summary>
internal static class ErrorCodes
{
    private const long LongNanoseconds = 10_000_000_000;

    internal static void Play(ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        on.Emit(on.Innocent, 4, EndSet.Signaled);
        on.Gpu.Inject(0, DeviceFault.Hang);
        on.Emit(on.Quick, 1, EndSet.TimedOut);
        on.Book.End(row);

        on.Gpu.Inject(0, DeviceFault.WordIsGarbage);
        on.Emit(on.Steady, 1, EndSet.Lost);
        on.Emit(on.Innocent, 4, EndSet.Signaled);
        on.Book.End(row);

        FenceRing closing = on.Ring("closing", 1, TimeSpan.FromSeconds(20));
        on.Book.Emit(closing, new RingCommand { DurationNanoseconds = LongNanoseconds }, EndSet.Closed);
        on.Emit(on.Steady, 4, EndSet.Signaled);
        closing.Dispose();
        on.Emit(on.Innocent, 4, EndSet.Signaled);
        on.Book.End(row);

        using (Timeline timeline = on.Engine.CreateTimeline("software"))
        {
            FenceSource dropped = timeline.CreateFence();
            on.Book.Enter(dropped.Fence, EndSet.Canceled);
            dropped.Dispose();
            FenceSource signaled = timeline.CreateFence();
            on.Book.Enter(signaled.Fence, EndSet.Signaled);
            signaled.Signal();
            FenceSource left = timeline.CreateFence();
            on.Book.Enter(left.Fence, EndSet.Closed);
            timeline.Close();
            signaled.Dispose();
            left.Dispose();
        }

        on.Book.End(row);
        on.Book.Emit(on.Steady, new RingCommand { DurationNanoseconds = LongNanoseconds }, EndSet.Lost);
        on.Book.Emit(on.Innocent, new RingCommand { DurationNanoseconds = LongNanoseconds }, EndSet.Lost);
        on.Gpu.Kill();
        on.Book.End(row);
        on.Probe(row);
    }
}
