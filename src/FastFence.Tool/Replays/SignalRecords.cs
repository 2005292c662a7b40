using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Tool.Replays;

/// <summary>What was observed of one fence.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SignalRecord
{
    /// <summary>Counts the observations of the play.</summary>
    public ulong* Counter;

    /// <summary>Which observation of the play this was, from 1; 0 = none.</summary>
    public ulong Order;

    /// <summary>The fence's timestamp, monotonic ns.</summary>
    public long TimestampNs;

    /// <summary>0 for signaled, the error of a failed fence, else <see cref="int.MinValue"/>.</summary>
    public int Error;

    /// <summary>1 = by the callback; 0 = by the submitting thread, which found it signaled when it came to add the callback.</summary>
    public uint ByCallback;

    /// <summary>1 = the fence says that a job is done.</summary>
    public uint IsJob;
}

/// <summary>One record a fence, in native memory: the callbacks that fill them allocate nothing.</summary>
internal sealed unsafe class SignalRecords : IDisposable
{
    private readonly ulong* _counter;
    private readonly SignalRecord* _records;

    /// <summary>Makes <paramref name="count"/> empty records.</summary>
    internal SignalRecords(int count)
    {
        Count = count;
        _counter = (ulong*)NativeMemory.AllocZeroed(sizeof(ulong));
        _records = (SignalRecord*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(SignalRecord));
        for (int i = 0; i < count; i++)
        {
            _records[i].Counter = _counter;
        }
    }

    /// <summary>How many records there are.</summary>
    internal int Count { get; }

    /// <summary>How many fences have been observed to be signaled.</summary>
    internal long Observed => (long)Atomic.LoadAcquire(ref *_counter);

    /// <summary>One record.</summary>
    internal ref readonly SignalRecord this[int index] => ref _records[index];

    /// <summary>
    /// Observes a fence by a callback, or at once if it is signaled by now: the two ways of the kernel's
    /// <c>dma_fence_add_callback</c>. False when the engine refuses.
    /// </summary>
    internal bool Observe(Fence fence, int index, bool isJob)
    {
        _records[index].IsJob = isJob ? 1u : 0;
        switch (fence.AddCallback(&OnSignaled, (nint)(_records + index), out _))
        {
            case AddCallbackResult.Added:
                return true;
            case AddCallbackResult.AlreadySignaled:
                Take(fence, _records + index);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Safety: every callback has run, or its engine is disposed.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_records);
        NativeMemory.Free(_counter);
    }

    // Static, and on the dispatcher, in the order in which the poller has signaled.
    private static void OnSignaled(Fence fence, nint state)
    {
        ((SignalRecord*)state)->ByCallback = 1;
        Take(fence, (SignalRecord*)state);
    }

    private static void Take(Fence fence, SignalRecord* record)
    {
        record->TimestampNs = fence.TimestampNanoseconds;
        FenceStatus status = fence.Status;
        record->Error = status.State == FenceState.Signaled ? 0 : status.State == FenceState.Failed ? status.Code : int.MinValue;

        if (record->IsJob != 0)
        {
            FlightRecorder.RecordJob(JobEvent.Done, fence);
        }

        // Full: the record stands before it is counted, and the reader looks at it only once all are.
        record->Order = Atomic.AddFull(ref *record->Counter, 1);
    }
}
