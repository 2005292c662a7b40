namespace FastFence.Torture.Runs;

/// <summary>A workload in the list.</summary>
/// <param name="Name">For <c>--only</c>.</param>
/// <param name="Faults">Rows of the table of faults that it provokes.</param>
/// <param name="Idea">One line.</param>
/// <param name="Kinds">Kinds of violation that it can report; <c>--break</c> proves each live.</param>
/// <param name="Create">Makes it.</param>
internal sealed record WorkloadEntry(
    string Name, string Faults, string Idea, IReadOnlyList<string> Kinds, Func<WorkloadEntry, RunContext, Workload> Create);
