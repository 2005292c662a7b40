namespace FastFence.Torture.Runs;

/// <summary>Kinds of violation that the run itself judges, whatever the workloads are.</summary>
internal static class RunKinds
{
    /// <summary>A grace period did not end.</summary>
    internal const string GraceStuck = "grace-stuck";

    /// <summary>A workload's thread threw.</summary>
    internal const string ThreadThrew = "thread-threw";

    /// <summary>A workload's thread did not end when the run did.</summary>
    internal const string ThreadStuck = "thread-stuck";

    /// <summary>Slots were live after everything had been let go (C21).</summary>
    internal const string LeakedFence = "leaked-fence";

    /// <summary>More slots on limbo than the bound allows (C18).</summary>
    internal const string LimboOverBound = "limbo-over-bound";

    /// <summary>A callback threw.</summary>
    internal const string CallbackThrown = "callback-thrown";

    /// <summary>A slot was written to after it had been reclaimed.</summary>
    internal const string PoisonBroken = "poison-broken";

    /// <summary>Slots were given up.</summary>
    internal const string SlotLost = "slot-lost";

    /// <summary>A waiter was woken by the safety poll alone (C14).</summary>
    internal const string LostWake = "lost-wake";

    /// <summary>Fences were made and not signaled (C3).</summary>
    internal const string NeverSignaled = "never-signaled";

    /// <summary>Those that <c>--break</c> can provoke in the run itself.</summary>
    internal static IReadOnlyList<string> Breakable { get; } = [ThreadThrew, LeakedFence, LimboOverBound, CallbackThrown, PoisonBroken, NeverSignaled];
}
