using FastFence.Bench.Measuring;

namespace FastFence.Bench.Profiles;

/// <summary>A way of doing the whole, or a part of it on its own.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Make">Makes it.</param>
internal sealed record ProfileStep(string Name, Func<Contender> Make);
