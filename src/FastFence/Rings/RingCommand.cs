using System.Runtime.InteropServices;

namespace FastFence;

/// <summary>One job on a ring: 48 bytes that the engine passes on and does not read.</summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
public record struct RingCommand
{
    /// <summary>The device's operation; 0 does nothing.</summary>
    public uint Opcode { get; set; }

    /// <summary>The device's flags.</summary>
    public uint Flags { get; set; }

    /// <summary>How long a simulated device takes, ns.</summary>
    public long DurationNanoseconds { get; set; }

    /// <summary>Not before this monotonic time, ns; 0 = at once.</summary>
    public long NotBeforeNanoseconds { get; set; }

    /// <summary>First argument.</summary>
    public ulong Argument0 { get; set; }

    /// <summary>Second argument.</summary>
    public ulong Argument1 { get; set; }

    /// <summary>Third argument.</summary>
    public ulong Argument2 { get; set; }
}
