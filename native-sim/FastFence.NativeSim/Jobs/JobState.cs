namespace FastFence.NativeSim.Jobs;

/// <summary>What becomes of a ring's next job.</summary>
internal enum JobState : uint
{
    /// <summary>There is none, or it has not had its turn.</summary>
    Idle,

    /// <summary>It is in flight.</summary>
    Runs,

    /// <summary>It waits for a value of another ring.</summary>
    Waits,

    /// <summary>It had begun, and a more urgent ring has the engine.</summary>
    SetAside,
}
