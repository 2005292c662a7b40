using System.Runtime.InteropServices;

namespace FastFence.NativeSim.Mappings;

/// <summary>A memory file and its mapping in this process.</summary>
internal sealed unsafe class MemoryFile : IDisposable
{
    private const nint MapFailed = -1;
    private const uint OwnerOnly = 0b110_000_000; // 0600
    private const int NeverShorter = SystemCalls.SealShrink | SystemCalls.SealGrow;

    private bool _mapped;

    private MemoryFile(int descriptor, byte* start, ulong bytes)
    {
        Descriptor = descriptor;
        Start = start;
        Bytes = bytes;
        _mapped = true;
    }

    /// <summary>Its descriptor in this process; −1 once closed.</summary>
    internal int Descriptor { get; private set; }

    internal byte* Start { get; }

    internal ulong Bytes { get; }

    /// <summary>
    /// A new one, its pages there, for this user only, sealed against other sizes; with <paramref name="readOnlyForOthers"/> also against every later
    /// mapping that could write.
    /// </summary>
    /// <exception cref="IOException">The system refuses.</exception>
    internal static MemoryFile Create(ReadOnlySpan<byte> zeroEndedName, ulong bytes, bool readOnlyForOthers)
    {
        int file = SystemCalls.CreateMemoryFile(zeroEndedName);
        if (file < 0)
        {
            throw new IOException($"memfd_create failed with errno {Marshal.GetLastPInvokeError()}: a device process needs Linux 5.14.");
        }

        if (SystemCalls.ChangeMode(file, OwnerOnly) != 0 || SystemCalls.Truncate(file, (long)bytes) != 0)
        {
            throw Refused(file, $"make a memory file of {bytes} bytes");
        }

        byte* start = SystemCalls.Map(null, (nuint)bytes, SystemCalls.ProtectRead | SystemCalls.ProtectWrite, SystemCalls.MapShared, file, 0);
        if ((nint)start == MapFailed)
        {
            throw Refused(file, $"map {bytes} bytes");
        }

        int seals = NeverShorter | SystemCalls.SealSeal | (readOnlyForOthers ? SystemCalls.SealFutureWrite : 0);
        if (SystemCalls.Advise(start, (nuint)bytes, SystemCalls.PopulateWrite) != 0 || SystemCalls.Control(file, SystemCalls.AddSeals, seals) != 0)
        {
            IOException refused = Refused(file, $"commit and seal {bytes} bytes");
            _ = SystemCalls.Unmap(start, (nuint)bytes);
            throw refused;
        }

        return new MemoryFile(file, start, bytes);
    }

    /// <summary>Opens one of another process and maps it.</summary>
    /// <exception cref="MapException">There is none, it could be made shorter, or it is not sealed as <paramref name="writable"/> says.</exception>
    internal static MemoryFile Open(string path, bool writable)
    {
        int file = SystemCalls.Open(path, writable ? SystemCalls.ReadWrite : SystemCalls.ReadOnly);
        if (file < 0)
        {
            throw new MapException($"{path} cannot be opened (errno {Marshal.GetLastPInvokeError()}): its host has ended, or belongs to another user.");
        }

        int seals = SystemCalls.Control(file, SystemCalls.GetSeals, 0);
        int needed = NeverShorter | (writable ? 0 : SystemCalls.SealFutureWrite);
        if (seals < 0 || (seals & needed) != needed)
        {
            _ = SystemCalls.Close(file);
            throw new MapException($"{path} has seals 0x{Math.Max(0, seals):X}, expected at least 0x{needed:X}: what can shrink or change its writer is not mapped.");
        }

        long bytes = SystemCalls.Seek(file, 0, SystemCalls.EndOfFile);
        byte* start = bytes <= 0 ? (byte*)MapFailed : SystemCalls.Map(
            null, (nuint)bytes, SystemCalls.ProtectRead | (writable ? SystemCalls.ProtectWrite : 0), SystemCalls.MapShared, file, 0);
        if ((nint)start == MapFailed)
        {
            _ = SystemCalls.Close(file);
            throw new MapException($"{path} of {bytes} bytes cannot be mapped (errno {Marshal.GetLastPInvokeError()}).");
        }

        return new MemoryFile(file, start, (ulong)bytes);
    }

    /// <summary>Nobody opens it through this process any more; the mapping stays.</summary>
    internal void CloseFile()
    {
        if (Descriptor >= 0)
        {
            _ = SystemCalls.Close(Descriptor);
            Descriptor = -1;
        }
    }

    public void Dispose()
    {
        CloseFile();
        if (_mapped)
        {
            _mapped = false;
            _ = SystemCalls.Unmap(Start, (nuint)Bytes);
        }
    }

    private static IOException Refused(int file, string what)
    {
        int errno = Marshal.GetLastPInvokeError();
        _ = SystemCalls.Close(file);
        return new IOException($"Cannot {what} (errno {errno}): see the limits on memory (ulimit -v, the cgroup, /dev/shm).");
    }
}
