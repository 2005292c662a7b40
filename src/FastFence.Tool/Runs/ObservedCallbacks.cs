using System.Runtime.InteropServices;

namespace FastFence.Tool.Runs;

/// <summary>
/// Callbacks of one observer: counted in native memory when they run, and checked for order there. Some are removed again.
/// Owning thread only, but the callbacks themselves.
/// </summary>
internal sealed unsafe class ObservedCallbacks : IDisposable
{
    private const int Kept = 32;

    private readonly CallbackRegistration[] _registrations = new CallbackRegistration[Kept];
    private readonly WorkerCounters _counters;
    private readonly Cell* _cell;
    private int _next;

    internal ObservedCallbacks(ContextTable contexts, ViolationTally tally, WorkerCounters counters)
    {
        _counters = counters;
        _cell = (Cell*)NativeMemory.AlignedAlloc((nuint)sizeof(Cell), 128);
        *_cell = default;
        _cell->Checks = GCHandle.ToIntPtr(GCHandle.Alloc(new Checks(contexts, tally)));
    }

    /// <summary>Callbacks that ran.</summary>
    internal long Run => Volatile.Read(ref _cell->Run);

    /// <summary>Adds a callback unless the fence is signaled, and tries to remove an older one when told so.</summary>
    internal void Add(Fence fence, bool removeOne)
    {
        if (fence.AddCallback(&OnSignaled, (nint)_cell, out CallbackRegistration registration) == AddCallbackResult.Added)
        {
            WorkerCounters.Count(ref _counters.CallbacksAdded);
            ref CallbackRegistration place = ref _registrations[_next++ % Kept];
            if (removeOne && registration.Remove())
            {
                WorkerCounters.Count(ref _counters.CallbacksRemoved);
            }
            else if (removeOne && place.Remove())
            {
                WorkerCounters.Count(ref _counters.CallbacksRemoved);
            }

            place = registration;
        }
    }

    /// <summary>Frees the counters. Every callback has run or been removed.</summary>
    public void Dispose()
    {
        GCHandle.FromIntPtr(_cell->Checks).Free();
        NativeMemory.AlignedFree(_cell);
    }

    private static void OnSignaled(Fence fence, nint state)
    {
        Cell* cell = (Cell*)state;
        Interlocked.Increment(ref cell->Run);
        ((Checks)GCHandle.FromIntPtr(cell->Checks).Target!).Check(fence);
    }

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Run;

        [FieldOffset(64)]
        public nint Checks;
    }

    private sealed class Checks(ContextTable contexts, ViolationTally tally)
    {
        // Callbacks of ring fences run one after another on the engine's dispatcher, so plain words do.
        internal void Check(Fence fence)
        {
            ContextEntry* entry = contexts.Find(fence.Context);
            ulong seqno = fence.Seqno;
            long time = fence.TimestampNanoseconds;
            if (!fence.IsSignaled || time <= 0)
            {
                tally.Add(time <= 0 ? ViolationKind.TimestampBroken : ViolationKind.Unsignaled);
                return;
            }

            if (entry == null || entry->IsRing == 0)
            {
                return;
            }

            if (seqno < entry->LastSeqno)
            {
                tally.Add(ViolationKind.OrderBroken);
            }
            else if (time < entry->LastTimestamp)
            {
                tally.Add(ViolationKind.TimestampBroken);
            }

            entry->LastSeqno = seqno;
            entry->LastTimestamp = time;
        }
    }
}
