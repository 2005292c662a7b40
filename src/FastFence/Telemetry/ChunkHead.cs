namespace FastFence.Telemetry;

/// <summary>Whose records a chunk holds.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="ProcessName">Its name.</param>
/// <param name="Place">Thread and CPU before the first record.</param>
/// <param name="NamedThread">The thread whose name is known.</param>
/// <param name="ThreadName">That name.</param>
/// <param name="Lost">Records of this ring that were overwritten before these could be read.</param>
internal readonly record struct ChunkHead(int ProcessId, string ProcessName, RecordPlace Place, int NamedThread, string ThreadName, ulong Lost);
