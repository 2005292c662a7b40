using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Fences;

/// <summary>Staging of private data for its destructor.</summary>
internal static unsafe class PrivateHeap
{
    /// <summary>
    /// Stages a destructor call and a block to free after the next grace period. Waits for memory for the record if there is
    /// none (teardown paths only come here): the data must not be lost. <paramref name="exporter"/>
    /// has counted the destructor, until it has returned.
    /// </summary>
    public static void Retire(EngineBlock* engine, nint data, nint destructor, nint block, long bytes, ExporterBlock* exporter = null)
    {
        RetireRecord* record;
        while ((record = (RetireRecord*)BlockHeap.TryAllocate(sizeof(RetireRecord))) == null)
        {
            Nap.For(1_000_000);
        }

        record->Data = data;
        record->Destructor = destructor;
        record->Block = block;
        record->BlockBytes = bytes;
        record->Exporter = exporter;
        record->Serial = engine->Pools.Serial;
        engine->Retired.Push(engine->Domain, record);
    }
}
