namespace FastFence;

/// <summary>How long a step took.</summary>
/// <param name="Step">The step.</param>
/// <param name="Elapsed">Its time; waiting and work.</param>
public readonly record struct UnloadTime(UnloadStep Step, TimeSpan Elapsed);
