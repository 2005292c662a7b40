namespace FastFence.Tool.Pages;

/// <summary>A labelled value of an axis.</summary>
internal readonly record struct AxisTick(double Value, string Label);
