using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Text;
using FastFence.Atomics;
using FastFence.Platform;
using Microsoft.Win32.SafeHandles;

namespace FastFence.Recording;

/// <summary>Making the process's recorder area, once: anonymous, or a mapped file that stays when the process dies.</summary>
internal static unsafe class RecordMemory
{
    private static readonly Lock s_lock = new();
    private static RecordArea* s_area;
    private static MemoryMappedFile? s_file;
    private static MemoryMappedViewAccessor? s_view;
    private static SafeFileHandle? s_memory;
    private static ulong s_loads;

    /// <summary>The area; null before anything was recorded. It stays to the process's end.</summary>
    public static RecordArea* Area
    {
        get
        {
            lock (s_lock)
            {
                return s_area;
            }
        }
    }

    /// <summary>The file behind it, if any.</summary>
    public static string? Path { get; private set; }

    /// <summary>The area, made at the first call; null when there is no memory, or more names than it takes.</summary>
    /// <exception cref="IOException">The file cannot be made that large.</exception>
    public static RecordArea* GetOrCreate(uint names, uint rings, uint records, string? path)
    {
        lock (s_lock)
        {
            if (s_area != null)
            {
                return s_area;
            }

            uint rounded = BitOperations.RoundUpToPowerOf2(records);
            long bytes = RecordArea.BytesFor(names, rings, rounded);
            RecordArea* area = path == null ? MapShared(bytes) : Map(path, bytes);
            if (area == null)
            {
                return null;
            }

            area->Version = RecordArea.CurrentVersion;
            area->ProcessId = Environment.ProcessId;
            area->NameSlots = names;
            area->RingSlots = rings;
            area->RingRecords = rounded;
            area->CpuOffset = ThreadCpu.FindOffset();
            using Process self = Process.GetCurrentProcess();
            Put(area->ProcessName, 64, self.ProcessName);
            s_loads = LoadedModule.Loads();
            NoteModules(area, LoadedModule.All());
            if (!NameTable.TryRecord(area))
            {
                Free(area, bytes);
                return null;
            }

            area->Magic = RecordArea.MapMagic; // last: a file without it is none
            Path = path;
            return s_area = area;
        }
    }

    /// <summary>
    /// Writes down what only this process can say, where that is not done yet: the names of the threads that record, and what code lies where. A file
    /// must be readable after a crash. The housekeepers, each tick.
    /// </summary>
    public static void Describe()
    {
        lock (s_lock)
        {
            if (s_area != null)
            {
                NameThreads(s_area);
                if (LoadedModule.Loads() != s_loads)
                {
                    s_loads = LoadedModule.Loads();
                    NoteModules(s_area, LoadedModule.All());
                }
            }
        }
    }

    private static void NameThreads(RecordArea* area)
    {
        for (uint i = 0; i < area->RingsUsed; i++)
        {
            RecordRing* ring = RecordArea.RingAt(area, i);
            int thread = ring->ThreadId;
            if (ring->NamedFor != thread && ring->State == RecordRing.Taken)
            {
                Put(ring->Name, RecordRing.NameBytes, ThreadName.Of(thread));
                ring->NamedFor = thread;
            }
        }
    }

    /// <summary>
    /// Writes modules behind those that are there, where the last one at their address is another one: who reads meanwhile, or after a crash, finds
    /// each one whole, and the last one at an address is the one that is there. One caller at a time.
    /// </summary>
    internal static void NoteModules(RecordArea* area, IEnumerable<LoadedModule> modules)
    {
        foreach (LoadedModule module in modules)
        {
            if (area->Modules == RecordArea.MaxModules)
            {
                return;
            }

            RecordModule* place = RecordArea.ModuleAt(area, area->Modules);
            (place->Begin, place->End, place->Bias) = (module.Begin, module.End, module.Bias);
            Put(place->Path, RecordModule.PathBytes, module.Path);
            RecordModule* last = RecordArea.ModuleOf(area, module.Begin);
            if (last == null || !new ReadOnlySpan<byte>(last, RecordModule.Bytes).SequenceEqual(new ReadOnlySpan<byte>(place, RecordModule.Bytes)))
            {
                Atomic.StoreRelease(ref area->Modules, area->Modules + 1); // a process may die here: those that count are whole
            }
        }
    }

    private static void Put(byte* to, int room, string text)
    {
        Span<byte> target = new(to, room);
        target.Clear();
        Encoding.UTF8.GetEncoder().Convert(text, target[..^1], flush: true, out _, out _, out _);
    }

    // Memory that has a descriptor: `fastfence trace` opens it through /proc and reads it without a word to us. Not inherited by child processes.
    private static RecordArea* MapShared(long bytes)
    {
        s_memory = SharedMemory.TryCreate(RecordArea.MemoryName);
        if (s_memory == null)
        {
            return (RecordArea*)Pages.Reserve((nuint)bytes, RecordArea.HeadBytes);
        }

        try
        {
            RandomAccess.SetLength(s_memory, bytes);
            s_file = MemoryMappedFile.CreateFromFile(s_memory, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            return View(bytes);
        }
        catch (IOException)
        {
            Unmap(); // no address space for it
            return null;
        }
    }

    // Allocated as a whole: a full disk must be an error now, not a fault at a write later.
    private static RecordArea* Map(string path, long bytes)
    {
        using (FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            PreallocationSize = bytes,
        }))
        {
            file.SetLength(bytes);
            s_file = MemoryMappedFile.CreateFromFile(file, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        }

        return View(bytes);
    }

    private static RecordArea* View(long bytes)
    {
        s_view = s_file!.CreateViewAccessor(0, bytes);
        byte* start = null;
        s_view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return (RecordArea*)start;
    }

    private static void Free(RecordArea* area, long bytes)
    {
        if (s_file == null)
        {
            Pages.Release((byte*)area, (nuint)bytes);
            return;
        }

        s_view!.SafeMemoryMappedViewHandle.ReleasePointer();
        Unmap();
    }

    private static void Unmap()
    {
        s_view?.Dispose();
        s_file?.Dispose();
        s_memory?.Dispose();
        (s_view, s_file, s_memory) = (null, null, null);
    }
}
