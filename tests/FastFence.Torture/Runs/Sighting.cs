namespace FastFence.Torture.Runs;

/// <summary>One violation as it was seen.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Workload">Who saw it.</param>
/// <param name="Thread">Name of the thread.</param>
/// <param name="ThreadId">OS thread id.</param>
/// <param name="Age">Grace periods since the object's removal, plus one; null where nothing has an age.</param>
/// <param name="Poison">The word that was read where data should be, or what became of the page; null when it was no poison.</param>
/// <param name="AtMilliseconds">When, since the start.</param>
/// <param name="Detail">In words.</param>
internal sealed record Sighting(
    string Kind, string Workload, string Thread, int ThreadId, long? Age, string? Poison, long AtMilliseconds, string Detail);
