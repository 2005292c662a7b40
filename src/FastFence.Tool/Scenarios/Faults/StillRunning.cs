namespace FastFence.Tool.Scenarios.Faults;

/// <summary>Fault 23: a job outlasts its ring's watchdog, the device says that it still runs, and it ends as any other.</summary>
internal static class StillRunning
{
    private const long Nanoseconds = 350_000_000; // three and a half watchdogs

    internal static void Play(ScenarioStage on, ScenarioRow row)
    {
        row.Rounds++;
        on.Book.Emit(on.Quick, new RingCommand { DurationNanoseconds = Nanoseconds }, EndSet.Signaled);
        on.Emit(on.Innocent, 4, EndSet.Signaled);
        on.Book.End(row);
    }
}
