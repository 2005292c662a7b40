namespace FastFence.Telemetry;

/// <summary>A thread that appears in a trace.</summary>
/// <param name="Tid">Its number.</param>
/// <param name="Pid">Its process.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct TraceThread(int Tid, int Pid, string Name);
