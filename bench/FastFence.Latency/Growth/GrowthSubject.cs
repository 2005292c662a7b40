namespace FastFence.Latency.Growth;

/// <summary>Something that there can be more of, and what measures it.</summary>
/// <param name="Name">What <c>--only</c> looks at.</param>
/// <param name="Measure">Measures its curves.</param>
internal sealed record GrowthSubject(string Name, Func<GrowthPlan, IReadOnlyList<GrowthCurve>> Measure);
