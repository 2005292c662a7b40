namespace FastFence.Telemetry;

/// <summary>How a timeline stands.</summary>
/// <param name="Driver">Name of its driver, the one captured when it was made.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Context">The context as its fences show it.</param>
/// <param name="Given">Seqnos given out.</param>
/// <param name="Completed">Of these, signaled.</param>
internal readonly record struct TimelineFigures(string Driver, string Name, ulong Context, long Given, long Completed);
