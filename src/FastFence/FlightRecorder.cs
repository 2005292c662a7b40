using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Recording;
using FastFence.Telemetry;

namespace FastFence;

/// <summary>
/// The flight recorder of this process: a ring of fixed-size records for each thread, in native memory. The oldest are overwritten and
/// counted. Engines write to it as their <see cref="FenceEngine.Recording"/> says; <see cref="Save(string)"/> and <c>fastfence dump</c>
/// make files of it that <c>fastfence dump</c> turns into traces. Any thread.
/// </summary>
public static unsafe class FlightRecorder
{
    private static readonly Lock s_lock = new();
    private static FlightRecorderOptions s_options = new();

    /// <summary>Sets the sizes, before the first engine records.</summary>
    /// <param name="options">Sizes, and the file if there is to be one.</param>
    /// <exception cref="InvalidOperationException">The recorder is there already: it is made once a process.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public static void Configure(FlightRecorderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        lock (s_lock)
        {
            if (RecordMemory.Area != null)
            {
                throw new InvalidOperationException("The flight recorder of this process is in use. Configure it before the first engine that records.");
            }

            s_options = options;
        }
    }

    /// <summary>What it holds now; all 0 before the first engine recorded. Makes garbage.</summary>
    public static FlightRecorderStatistics GetStatistics()
    {
        RecordArea* area = RecordMemory.Area;
        if (area == null)
        {
            return new FlightRecorderStatistics();
        }

        long written = 0, lost = 0;
        int threads = 0;
        for (uint i = 0; i < Atomic.LoadAcquire(ref area->RingsUsed); i++)
        {
            RecordRing* ring = RecordArea.RingAt(area, i);
            long count = (long)Atomic.LoadAcquire(ref ring->Count);
            written += count;
            lost += Math.Max(count - area->RingRecords, (long)ring->Floor) is > 0 and long gone ? gone : 0;
            threads += Atomic.LoadAcquire(ref ring->State) == RecordRing.Taken ? 1 : 0;
        }

        return new FlightRecorderStatistics
        {
            Written = written,
            Lost = lost,
            Threads = threads,
            ThreadsUnrecorded = (long)area->Unrecorded,
            Names = NameTable.Count,
            NamesKept = NameTable.Unused,
            MaxNames = Math.Min(NameTable.MaxNames, (int)area->NameSlots),
            File = RecordMemory.Path,
        };
    }

    /// <summary>Writes what it holds to a file, whole or not at all. Recording goes on meanwhile; making timelines waits for some milliseconds.</summary>
    /// <param name="path">The file; <c>.ffrec</c> by custom.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (FileStream stream = new(part, FileMode.Create, FileAccess.Write))
            {
                Save(stream);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes what it holds to a stream.</summary>
    /// <param name="stream">Takes it; stays open.</param>
    public static void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        RecordArea* area = RecordMemory.Area;
        RecordFile.Write(stream, area == null ? [] : new RecordSource(area, live: true).Read());
    }

    /// <summary>
    /// Records an event of a job, for schedulers above the engine. Without any, traces show what is emitted on rings as jobs. Any thread; never
    /// blocks; does nothing while recording is off.
    /// </summary>
    /// <param name="what">What happened.</param>
    /// <param name="finished">The fence that signals when the job is done.</param>
    /// <param name="job">The scheduler's number of the job.</param>
    /// <param name="queued">Jobs queued with it.</param>
    /// <param name="onDevice">Jobs with the device.</param>
    /// <returns>False when the fence is gone: there is nothing to name.</returns>
    public static bool RecordJob(JobEvent what, Fence finished, ulong job = 0, int queued = 0, int onDevice = 0) => what is < JobEvent.Queue or > JobEvent.Done
        ? throw new ArgumentOutOfRangeException(nameof(what), what, "A job is queued, run or done.")
        : RecordJob(RecordKind.JobQueue + (byte)what, finished, job, ((ulong)(uint)onDevice << 32) | (uint)queued);

    /// <summary>Records that a job waits for another fence, when that becomes known or when the job was due and could not run.</summary>
    /// <param name="finished">The fence that signals when the job is done.</param>
    /// <param name="awaited">The fence it waits for.</param>
    /// <param name="wasDue">Could the job have run but for it?</param>
    /// <returns>False when the job's fence is gone.</returns>
    public static bool RecordDependency(Fence finished, Fence awaited, bool wasDue) =>
        RecordJob(wasDue ? RecordKind.JobUnschedulable : RecordKind.JobAddDependency, finished, awaited.Context, awaited.Seqno);

    private static bool RecordJob(RecordKind kind, Fence finished, ulong first, ulong second)
    {
        finished.ThrowIfNull();
        Section.Enter();
        ThreadCache* cache = References.CacheOf(finished.Slot, finished.Generation);
        if (cache != null)
        {
            FenceTrace.Job(cache, kind, finished.Slot, first, second);
        }

        Section.Exit();
        return cache != null;
    }

    internal static RecordArea* GetArea()
    {
        lock (s_lock)
        {
            FlightRecorderOptions o = s_options;
            RecordArea* area = RecordMemory.GetOrCreate((uint)o.Names, (uint)o.Threads, (uint)o.RecordsPerThread, o.File);
            return area != null ? area : throw new InsufficientMemoryException(
                $"No flight recorder: there is no address space for {o.Threads} threads of {o.RecordsPerThread} records, or this process has more than {o.Names} names. Call FlightRecorder.Configure with other sizes.");
        }
    }
}
