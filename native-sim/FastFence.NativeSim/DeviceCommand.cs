namespace FastFence.NativeSim;

/// <summary>Makes commands for the simulated devices. Any thread.</summary>
public static class DeviceCommand
{
    /// <summary>
    /// A job that is done when the device has done another ring's job: the device waits itself, without the host between; other rings of the engine go on
    /// meanwhile. Nothing to wait for if the fence has signaled. Hold a reference of the fence while calling.
    /// </summary>
    /// <param name="fence">A fence of a ring of the same device; of another one the job would hang, which the ring's watchdog ends.</param>
    /// <exception cref="InvalidOperationException">The handle is null.</exception>
    public static RingCommand WaitFor(Fence fence)
    {
        RingCommand wait = new() { Opcode = (uint)DeviceOpcode.WaitValue, Argument0 = fence.Context, Argument1 = fence.Seqno };
        return fence.IsSignaled ? default : wait; // looked at last: what was read belongs to a pending fence
    }

    /// <summary>Copies inside the device's data.</summary>
    /// <param name="from">Offset in bytes.</param>
    /// <param name="to">Offset in bytes.</param>
    /// <param name="bytes">How many.</param>
    public static RingCommand Copy(long from, long to, long bytes) =>
        new() { Opcode = (uint)DeviceOpcode.Copy, Argument0 = (ulong)from, Argument1 = (ulong)to, Argument2 = (ulong)bytes };

    /// <summary>Writes 64 bits into the device's data.</summary>
    /// <param name="value">What.</param>
    /// <param name="to">Offset in bytes.</param>
    public static RingCommand Write(ulong value, long to) => new() { Opcode = (uint)DeviceOpcode.Write, Argument0 = value, Argument1 = (ulong)to };

    /// <summary>Writes the device's clock, monotonic ns, into the device's data.</summary>
    /// <param name="to">Offset in bytes.</param>
    public static RingCommand Timestamp(long to) => new() { Opcode = (uint)DeviceOpcode.Timestamp, Argument1 = (ulong)to };
}
