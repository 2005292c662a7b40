// Found before the framework's class of this name by every file of the engine (namespace FastFence): memory that the engine
// takes for its process-wide words is covered by the snapshot, too, so that each execution begins alike.
using Real = System.Runtime.InteropServices.NativeMemory;

namespace FastFence;

internal static unsafe class NativeMemory
{
    public static void* AlignedAlloc(nuint bytes, nuint alignment)
    {
        void* memory = Real.AlignedAlloc(bytes, alignment);
        Real.Clear(memory, bytes);
        Model.Worlds.Snapshot.Cover((byte*)memory, (long)bytes);
        return memory;
    }

    // Not covered: the timers' memory is nobody's in the model.
    public static void* AllocZeroed(nuint bytes) => Real.AllocZeroed(bytes);

    public static void* Realloc(void* memory, nuint bytes) => Real.Realloc(memory, bytes);

    public static void Free(void* memory) => Real.Free(memory);

    public static void AlignedFree(void* memory) => Real.AlignedFree(memory);

    public static void Clear(void* memory, nuint bytes) => Real.Clear(memory, bytes);
}
