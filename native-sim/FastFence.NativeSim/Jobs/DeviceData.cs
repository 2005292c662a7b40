namespace FastFence.NativeSim.Jobs;

/// <summary>What commands do to a device's data, and what a host believes of it.</summary>
internal static class DeviceData
{
    /// <summary>Does a command. Offsets and lengths come from the host, which can be wrong as well: what does not fit is not done.</summary>
    internal static void Execute(in RingCommand command, Span<byte> data, long now)
    {
        DeviceOpcode opcode = (DeviceOpcode)command.Opcode;
        ulong bytes = opcode == DeviceOpcode.Copy ? command.Argument2 : sizeof(ulong);
        if (opcode is not (DeviceOpcode.Copy or DeviceOpcode.Write or DeviceOpcode.Timestamp) || !Fits(command.Argument1, bytes, data.Length))
        {
            return;
        }

        Span<byte> target = data.Slice((int)command.Argument1, (int)bytes);
        switch (opcode)
        {
            case DeviceOpcode.Copy when Fits(command.Argument0, bytes, data.Length):
                data.Slice((int)command.Argument0, (int)bytes).CopyTo(target);
                break;
            case DeviceOpcode.Write:
                BitConverter.TryWriteBytes(target, command.Argument0);
                break;
            case DeviceOpcode.Timestamp:
                BitConverter.TryWriteBytes(target, now);
                break;
        }
    }

    /// <summary>64 bits of the data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not lie in it.</exception>
    internal static ulong Read(Span<byte> data, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, data.Length - sizeof(ulong));
        return BitConverter.ToUInt64(data[(int)offset..]);
    }

    /// <summary>A time that the device wrote, if it can be: not before that one, and not in the future.</summary>
    internal static bool TryReadTime(Span<byte> data, long offset, long notBefore, out long nanoseconds)
    {
        nanoseconds = (long)Read(data, offset);
        if (nanoseconds >= notBefore && nanoseconds <= DeviceClock.Nanoseconds)
        {
            return true;
        }

        nanoseconds = 0;
        return false;
    }

    private static bool Fits(ulong offset, ulong bytes, int length) => bytes <= (ulong)length && offset <= (ulong)length - bytes;
}
