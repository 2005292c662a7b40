namespace FastFence.NativeSim;

/// <summary>Operations of a simulated device (<see cref="RingCommand.Opcode"/>). Each lasts as long as its command says.</summary>
public enum DeviceOpcode
{
    /// <summary>Nothing but time.</summary>
    Work = 0,

    /// <summary>Copies <see cref="RingCommand.Argument2"/> bytes of the device's data from offset Argument0 to offset Argument1.</summary>
    Copy = 0x100,

    /// <summary>Writes Argument0, 64 bits, at offset Argument1.</summary>
    Write = 0x101,

    /// <summary>Writes the monotonic time, ns, at offset Argument1.</summary>
    Timestamp = 0x102,

    /// <summary>Done when the ring of context Argument0 has done its job of seqno Argument1 (<see cref="DeviceCommand.WaitFor"/>).</summary>
    WaitValue = 0x103,
}
