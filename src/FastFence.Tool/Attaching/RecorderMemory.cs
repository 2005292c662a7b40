using System.Globalization;
using System.IO.MemoryMappedFiles;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Attaching;

/// <summary>The flight recorder of another process, mapped here to be read. That process is told nothing and waits for nothing.</summary>
internal sealed unsafe class RecorderMemory : IDisposable
{
    private const string MemoryLink = $"/memfd:{RecordArea.MemoryName}";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private RecorderMemory(MemoryMappedFile file, long length)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Area = (RecordArea*)start;
    }

    /// <summary>The area; valid until this is disposed.</summary>
    internal RecordArea* Area { get; }

    /// <summary>Maps the recorder of a process.</summary>
    /// <exception cref="UsageException">It has none, it is of another release, or we may not look.</exception>
    internal static RecorderMemory Open(int pid)
    {
        string proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        try
        {
            foreach (string path in Candidates(proc))
            {
                RecorderMemory? memory = TryMap(path, pid);
                if (memory != null)
                {
                    return memory;
                }
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException)
        {
            throw new UsageException($"--pid: the memory of process {pid} cannot be read: {e.Message} Run fastfence as its user or as root.", e);
        }
        catch (Exception e) when (e is IOException)
        {
            throw new UsageException($"--pid: process {pid} ended, or its memory cannot be read: {e.Message}", e);
        }

        throw new UsageException(
            $"--pid: process {pid} has FastFence but records nothing: set FenceEngineOptions.Recording or FenceEngine.Recording there; 'fastfence run' records by itself");
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    // Its memory by the descriptor, or the file that it is mapped from.
    private static IEnumerable<string> Candidates(string proc)
    {
        foreach (string descriptor in Directory.EnumerateFiles(Path.Combine(proc, "fd")))
        {
            if (LinkOf(descriptor)?.StartsWith(MemoryLink, StringComparison.Ordinal) ?? false)
            {
                yield return descriptor;
            }
        }

        foreach (string line in File.ReadLines(Path.Combine(proc, "maps")))
        {
            // address permissions offset device inode path
            string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [_, "rw-s", "00000000", _, not "0", ['/', ..] path] && !path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/memfd:", StringComparison.Ordinal))
            {
                yield return Path.Combine(proc, "root") + path; // as the process itself sees it
            }
        }
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed under our eyes
        }
    }

    private static RecorderMemory? TryMap(string path, int pid)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> magic = stackalloc byte[sizeof(ulong)];
            if (file.Length < RecordArea.HeadBytes || file.Read(magic) != magic.Length || BitConverter.ToUInt64(magic) != RecordArea.MapMagic)
            {
                return null; // somebody else's, or not made yet
            }

            long length = file.Length;
            MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            RecorderMemory memory = new(mapped, length);
            try
            {
                RecordFile.Check(memory.Area, length);
                return memory;
            }
            catch (InvalidDataException e)
            {
                memory.Dispose();
                throw new UsageException($"--pid: process {pid}: {e.Message}", e);
            }
        }
        catch (FileNotFoundException)
        {
            return null; // deleted, or closed under our eyes
        }
    }
}
