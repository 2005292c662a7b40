using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// The signaller's side of a fence: it owns one reference and the right to signal. Disposing it unsignaled signals
/// <see cref="FenceError.Canceled"/> (C2, C21). One thread disposes it, once. 16 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe partial struct FenceSource : IDisposable, IEquatable<FenceSource>
{
    private readonly ulong _value;

    // Timeline and seqno, so that a signal need not ask the fence for them (FencePlace); 0 = not known.
    private readonly ulong _place;

    internal FenceSource(ulong value, ulong place = 0)
    {
        _value = value;
        _place = place;
    }

    /// <summary>Writes a source where it is wanted: as the constructor, without the address of a local.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(out FenceSource to, ulong value, ulong place)
    {
        Unsafe.SkipInit(out to);
        ref ulong words = ref Unsafe.As<FenceSource, ulong>(ref to);
        words = value;
        Unsafe.Add(ref words, 1) = place;
    }

    // The engine's own look, which tells nobody.
    internal Fence Unmarked => new(_value);

    /// <summary>Is this <c>default</c>?</summary>
    public bool IsNull => _value == 0;

    /// <summary>The observers' side, as a weak handle.</summary>
    public Fence Fence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // From here on others may know the fence: its last release needs a locked instruction. A plain write: until now the
            // caller alone has a handle, and teardown's scan (FenceScan) lets a grace period pass between taking the mark away and
            // signalling. No section: the fence lives as long as its source does. A source that another thread disposes of between the
            // look and the write is misuse, and all it costs is the mark of the slot's next life, or that the slot is found broken.
            Fence fence = new(_value);
            FenceSlot* slot = fence.Slot;
            if ((Atomic.LoadPlain(&slot->Flags) & FenceFlags.Unshared) != 0 && FenceLife.IsCurrent(slot, fence.Generation))
            {
                Atomic.StoreRelease(&slot->UnsharedByte, (byte)0);
            }

            return fence;
        }
    }

    /// <summary>
    /// Signals without error. The callbacks run before it returns, on this thread, oldest first, outside any section; inside
    /// another callback they run when that one has returned (C12). They run elsewhere, in their order, when the timeline has an
    /// executor, another thread runs callbacks of it, or the caller sits in an access section. Never blocks.
    /// </summary>
    /// <returns>What came of it; a second signal changes nothing.</returns>
    public SignalResult Signal() => Signal(default);

    /// <summary>Signals with an error, or without when it is <see cref="FenceError.None"/>; one set before stands (C2).</summary>
    /// <param name="error">The error.</param>
    public SignalResult Signal(FenceError error)
    {
        FenceSlot.AskFor(Unmarked.Slot); // before the thread is looked up
        return SignalOn(ref Registry.Current, error);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SignalResult SignalOn(ref ThreadWords words, FenceError error)
    {
        new Fence(_value).ThrowIfNull();
        if (Checks.On)
        {
            CheckSignal(_value);
        }

        return FenceSignal.SignalOn(ref words, _value, _place, error.Magnitude, -1);
    }

    /// <summary>Signals with a timestamp of the caller's (monotonic ns); it never falls on a timeline.</summary>
    /// <param name="error">The error, or none.</param>
    /// <param name="timestampNanoseconds">When it happened.</param>
    public SignalResult SignalAt(FenceError error, long timestampNanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestampNanoseconds);
        new Fence(_value).ThrowIfNull();
        if (Checks.On)
        {
            CheckSignal(_value);
        }

        return FenceSignal.SignalOn(ref Registry.Current, _value, _place, error.Magnitude, timestampNanoseconds);
    }

    /// <summary>
    /// Sets the error that the fence will signal with (C2). False when it is signaled, has an error, or its signal is recorded; checked
    /// mode reports it on a fence that had signaled, unless the engine may have ended it behind the caller's back.
    /// </summary>
    /// <param name="error">An error.</param>
    /// <exception cref="ArgumentException">The error is <see cref="FenceError.None"/>.</exception>
    public bool TrySetError(FenceError error)
    {
        if (!error.IsError)
        {
            ThrowNoError(error);
        }

        Fence fence = Fence;
        fence.ThrowIfNull();
        if (Checks.On)
        {
            CheckError(fence);
        }

        Section.Enter();
        bool set = FenceLife.IsCurrent(fence.Slot, fence.Generation)
            && FenceSignal.TrySetError(fence.Slot, fence.Generation, error.Magnitude);
        Section.Exit();
        return set;
    }

    /// <summary>
    /// Drops the source; an unsignaled fence ends with <see cref="FenceError.Canceled"/>. Never throws, but in checked mode.
    /// </summary>
    /// <exception cref="FenceMisuseException">Disposed before, and <see cref="CheckedMode.Throws"/> is set.</exception>
    public void Dispose() => DisposeOn(ref Registry.Current);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void DisposeOn(ref ThreadWords words)
    {
        if (_value == 0)
        {
            return;
        }

        if (Checks.On && !TryDisposeOnce(_value))
        {
            return;
        }

        if (HeadWord.IsClosed(Atomic.LoadAcquire(ref FenceSlot.HeadOf(Unmarked.Slot))))
        {
            References.ReleaseOn(ref words, _value);
        }
        else
        {
            if (Checks.On)
            {
                CheckDrop(_value);
            }

            FenceSignal.DropOn(ref words, _value, _place, -1);
        }
    }

    private static void ThrowNoError(FenceError error) =>
        throw new ArgumentException("An error in -1…-4095 is needed; a fence without one simply signals.", nameof(error));

    /// <inheritdoc/>
    public bool Equals(FenceSource other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FenceSource other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Same fence?</summary>
    public static bool operator ==(FenceSource left, FenceSource right) => left._value == right._value;

    /// <summary>Another fence?</summary>
    public static bool operator !=(FenceSource left, FenceSource right) => left._value != right._value;
}
