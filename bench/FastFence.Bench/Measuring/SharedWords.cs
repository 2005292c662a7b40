using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>Words of the harness itself, 128 bytes apart: on one line they would cost three times what they measure.</summary>
internal sealed unsafe class SharedWords : IDisposable
{
    private const int Stride = 128;
    private readonly byte* _base;

    public SharedWords(int count)
    {
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)(count * Stride), Stride);
        NativeMemory.Clear(_base, (nuint)(count * Stride));
    }

    /// <summary>A word's address.</summary>
    public ulong* At(int index) => (ulong*)(_base + (index * Stride));

    public ulong Read(int index) => Atomic.LoadAcquire(ref *At(index));

    public void Write(int index, ulong value) => Atomic.StoreRelease(ref *At(index), value);

    /// <summary>Spins until a word has a value, or a later one: the other thread may already be further.</summary>
    public void Await(int index, ulong value)
    {
        while (Read(index) < value)
        {
            Cpu.Pause();
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_base);
}
