namespace FastFence.Tool.Reporting;

/// <summary>One timeline of a run, from its opening to its closing.</summary>
/// <param name="Row">Its place: a timeline that is closed is replaced by one of the same row.</param>
/// <param name="Context">Its context.</param>
/// <param name="Driver">Its driver's name.</param>
/// <param name="Timeline">Its name.</param>
/// <param name="OpenedSeconds">Since the measurement began; below 0 when it was there before.</param>
/// <param name="ClosedSeconds">Since the measurement began.</param>
/// <param name="Fences">Fences made on it in its whole life.</param>
internal readonly record struct TimelineLife(
    string Row, ulong Context, string Driver, string Timeline, double OpenedSeconds, double ClosedSeconds, long Fences);
