using FastFence.Atomics;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence;

public sealed unsafe partial class FenceEngine
{
    private uint _saved;

    /// <summary>
    /// Whether the engine's threads write to the flight recorder. May be changed while they run; a thread follows with its next event.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">There is no memory for the recorder, or the process has more names than it takes.</exception>
    /// <exception cref="IOException">The file of <see cref="FlightRecorderOptions.File"/> cannot be made.</exception>
    public RecordingMode Recording
    {
        get => (RecordingMode)Atomic.LoadAcquire(ref _block->Pools.Recording);
        set
        {
            if (value is < RecordingMode.Off or > RecordingMode.Precise)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Recording is Off, Coarse or Precise.");
            }

            ThrowIfDisposed();
            RecordArea* area = value == RecordingMode.Off ? null : FlightRecorder.GetArea();
            lock (Registry.Gate)
            {
                if (area != null)
                {
                    _block->Pools.Recorder = (nint)area;
                }

                Atomic.StoreRelease(ref _block->Pools.Recording, (uint)value);
                for (ThreadCache* c = (ThreadCache*)Atomic.LoadAcquire(ref _block->Pools.Caches); c != null; c = c->NextOfEngine)
                {
                    ThreadCache.SetRecording(c);
                }
            }
        }
    }

    // What went before a stall or a hang is in the recorder: it is saved at the first one of each kind.
    private string SaveRecords(NotificationKind kind)
    {
        uint bit = 1u << (int)kind;
        const uint Kinds = (1u << (int)NotificationKind.ReaderStalled) | (1u << (int)NotificationKind.RingFaulted)
            | (1u << (int)NotificationKind.WatchdogFired) | (1u << (int)NotificationKind.PollerStalled) | (1u << (int)NotificationKind.PollerReplaced);
        if (Options.DumpFolder == null || (Kinds & bit) == 0 || Recording == RecordingMode.Off || (Atomic.OrFull(ref _saved, bit) & bit) != 0)
        {
            return string.Empty;
        }

        string path = Path.Combine(Options.DumpFolder, $"fastfence-{Environment.ProcessId}-{_block->Pools.Serial}-{kind}.ffrec");
        try
        {
            FlightRecorder.Save(path);
            return $" What went before is in {path}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $" What went before could not be saved: {e.Message}";
        }
    }
}
