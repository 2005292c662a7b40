namespace FastFence.Bench.Gates;

/// <summary>What one peer of a row took.</summary>
/// <param name="Name">The peer.</param>
/// <param name="Figure">ns an operation; where the row shows ratios, a ratio.</param>
internal sealed record PeerFigure(string Name, double Figure);
