using System.IO.MemoryMappedFiles;
using FastFence.Recording;

namespace FastFence.Tool.Pauses;

/// <summary>
/// Memory that two processes share: a completion word, how far it may go, when each position was written; and for the native waiter
/// the word it sleeps on, what it waits for, and its times.
/// </summary>
internal sealed unsafe class SharedWords : IDisposable
{
    /// <summary>Positions of the ring, times and awaited positions kept.</summary>
    internal const int Capacity = 1 << 14;

    // Words of different writers are 128 bytes apart.
    private const int LimitAt = 128;
    private const int StopAt = 256;
    private const int WakesAt = 384;
    private const int MissedAt = 512;
    private const int RealTimeAt = 640;
    private const int TimesAt = 4096;
    private const int AwaitedAt = TimesAt + (Capacity * sizeof(long));
    private const int WaiterAt = AwaitedAt + (Capacity * sizeof(ulong));
    private const int WatcherAt = WaiterAt + (LatencyCells.BucketCount * sizeof(ulong));
    private const int Bytes = WatcherAt + (LatencyCells.BucketCount * sizeof(ulong));

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;
    private readonly bool _owns;

    private SharedWords(string path, bool owns)
    {
        Path = path;
        _owns = owns;
        _file = MemoryMappedFile.CreateFromFile(path, owns ? FileMode.CreateNew : FileMode.Open, null, Bytes);
        _view = _file.CreateViewAccessor(0, Bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
    }

    /// <summary>The file behind it.</summary>
    internal string Path { get; }

    /// <summary>Address of the completion word.</summary>
    internal nint WordAddress => (nint)_base;

    /// <summary>Address of the times.</summary>
    internal nint TimesAddress => (nint)(_base + TimesAt);

    /// <summary>The completion word, 64 bits.</summary>
    internal ref ulong Word => ref *(ulong*)_base;

    /// <summary>The last position that may be completed.</summary>
    internal ref ulong Limit => ref *(ulong*)(_base + LimitAt);

    /// <summary>1: the writer is to end.</summary>
    internal ref uint Stop => ref *(uint*)(_base + StopAt);

    /// <summary>1: the writer runs under SCHED_FIFO.</summary>
    internal ref uint IsRealTime => ref *(uint*)(_base + RealTimeAt);

    /// <summary>How many awaited fences have been signaled; the waiter sleeps on it, a native callback counts it up.</summary>
    internal uint* Wakes => (uint*)(_base + WakesAt);

    /// <summary>Wakes so late that the time of their word was gone.</summary>
    internal ref ulong Missed => ref *(ulong*)(_base + MissedAt);

    /// <summary>The waiter's histogram.</summary>
    internal ref LatencyCells Waiter => ref *(LatencyCells*)(_base + WaiterAt);

    /// <summary>The watcher's histogram.</summary>
    internal ref LatencyCells Watcher => ref *(LatencyCells*)(_base + WatcherAt);

    /// <summary>When a position was written, monotonic ns.</summary>
    internal ref long TimeOf(ulong position) => ref ((long*)(_base + TimesAt))[position & (Capacity - 1)];

    /// <summary>The position that the waiter's n-th wake is for.</summary>
    internal ref ulong Awaited(uint n) => ref ((ulong*)(_base + AwaitedAt))[n & (Capacity - 1)];

    /// <summary>A new one, in memory where the system has such a file system.</summary>
    internal static SharedWords Create()
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath();
        return new SharedWords(System.IO.Path.Combine(folder, $"fastfence-{Environment.ProcessId}-{Guid.NewGuid():N}"), owns: true);
    }

    /// <summary>The other process's side.</summary>
    internal static SharedWords Open(string path) => new(path, owns: false);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_owns)
        {
            File.Delete(Path);
        }
    }
}
