using FastFence.Tool.Reporting;

namespace FastFence.Tool.Pages;

/// <summary>One line of a chart over time.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Style">Its class.</param>
/// <param name="Of">Its value in a second.</param>
internal readonly record struct SeriesLine(string Name, string Style, Func<SecondSample, double> Of);
