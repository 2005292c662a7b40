using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Tool.Replays;

/// <summary>What the observer's callback saw of one fence.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SignalRecord
{
    /// <summary>Counts the callbacks of the play.</summary>
    public ulong* Counter;

    /// <summary>Which callback of the play this was, from 1; 0 = it has not run.</summary>
    public ulong Order;

    /// <summary>The fence's timestamp, monotonic ns.</summary>
    public long TimestampNs;

    /// <summary>0 for signaled, the error of a failed fence, else <see cref="int.MinValue"/>.</summary>
    public int Error;
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

    /// <summary>How many callbacks have run.</summary>
    internal long Observed => (long)Atomic.LoadAcquire(ref *_counter);

    /// <summary>One record.</summary>
    internal ref readonly SignalRecord this[int index] => ref _records[index];

    /// <summary>Adds the observer to a pending fence; false when the engine refuses it.</summary>
    internal bool Observe(Fence fence, int index) =>
        fence.AddCallback(&OnSignaled, (nint)(_records + index), out _) == AddCallbackResult.Added;

    /// <summary>Safety: every callback has run, or its engine is disposed.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_records);
        NativeMemory.Free(_counter);
    }

    // Static, and on the dispatcher, in the order in which the poller has signaled.
    private static void OnSignaled(Fence fence, nint state)
    {
        SignalRecord* record = (SignalRecord*)state;
        record->TimestampNs = fence.TimestampNanoseconds;
        FenceStatus status = fence.Status;
        record->Error = status.State == FenceState.Signaled ? 0 : status.State == FenceState.Failed ? status.Code : int.MinValue;

        // Full: the record stands before it is counted, and the reader looks at it only once all are.
        record->Order = Atomic.AddFull(ref *record->Counter, 1);
    }
}
