using System.Globalization;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Hosts;

/// <summary>Who has our memory mapped, by the kernel's word.</summary>
internal static unsafe class MappedFiles
{
    private const int InodeColumn = 4; // address perms offset device inode path, proc(5)

    /// <summary>Has that process the device's file of this mapping?</summary>
    internal static bool Has(int process, DeviceMap map)
    {
        string? own = InodeAt(Environment.ProcessId, (nint)map.Device);
        return own != null && Inodes(process).Contains(own);
    }

    private static string? InodeAt(int process, nint address)
    {
        foreach (string line in Lines(process))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = parts[0].Split('-');
            if (parts.Length > InodeColumn && nint.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nint start) && start == address)
            {
                return parts[InodeColumn];
            }
        }

        return null;
    }

    private static IEnumerable<string> Inodes(int process) => Lines(process)
        .Where(static line => line.Contains("memfd:fastfence-device", StringComparison.Ordinal))
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[InodeColumn]);

    private static string[] Lines(int process)
    {
        try
        {
            return File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/maps"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
