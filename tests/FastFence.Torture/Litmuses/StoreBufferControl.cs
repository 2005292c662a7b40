using System.Runtime.InteropServices;
using FastFence.Atomics;

namespace FastFence.Torture.Litmuses;

/// <summary>The control: release stores and acquire loads, no fence on either side. A machine with store buffers misses here.</summary>
internal sealed unsafe class StoreBufferControl : LitmusPair
{
    private const nuint Apart = 128;

    private readonly byte* _words = (byte*)NativeMemory.AlignedAlloc(4 * Apart, Apart);

    internal StoreBufferControl() => NativeMemory.Clear(_words, 4 * Apart);

    private ref uint X => ref *(uint*)_words;

    private ref uint Y => ref *(uint*)(_words + Apart);

    private ref uint LightSaw => ref *(uint*)(_words + (2 * Apart));

    private ref uint HeavySaw => ref *(uint*)(_words + (3 * Apart));

    internal override void Prepare()
    {
        Atomic.StoreRelease(ref X, 0);
        Atomic.StoreRelease(ref Y, 0);
    }

    internal override void WarmLight() => Atomic.LoadAcquire(ref Y);

    internal override void WarmHeavy() => Atomic.LoadAcquire(ref X);

    internal override void Light()
    {
        Atomic.StoreRelease(ref X, 1);
        LightSaw = Atomic.LoadAcquire(ref Y);
    }

    internal override void Heavy()
    {
        Atomic.StoreRelease(ref Y, 1);
        HeavySaw = Atomic.LoadAcquire(ref X);
    }

    internal override bool HaveMissed() => LightSaw == 0 && HeavySaw == 0;

    protected override void Dispose(bool disposing) => NativeMemory.AlignedFree(_words);
}
