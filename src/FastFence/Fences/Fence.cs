using System.Runtime.CompilerServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>
/// A weak handle of a fence: 8 bytes, copyable, atomically storable as <see cref="Value"/>. It can look, wait and add
/// callbacks; it keeps nothing alive. A stale handle is of a completed fence: it reads as signaled, status
/// <see cref="FenceState.Stale"/> (C16). <c>default</c> is null and refused. Thread class: any.
/// </summary>
public readonly unsafe partial struct Fence : IEquatable<Fence>
{
    private readonly ulong _value;

    internal Fence(ulong value) => _value = value;

    /// <summary>The one shared fence that is born signaled (context 0, seqno 0).</summary>
    public static Fence Stub => new(StubFence.Handle);

    /// <summary>The handle as a word: generation in the high half, slot in the low one. 0 is null.</summary>
    public ulong Value => _value;

    /// <summary>Is this the null handle?</summary>
    public bool IsNull => _value == 0;

    internal uint Index => (uint)_value;

    internal uint Generation => (uint)(_value >> 32);

    /// <summary>See <see cref="FenceSlot.Of"/>.</summary>
    internal FenceSlot* Slot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => FenceSlot.Of(_value);
    }

    /// <summary>
    /// Is the fence signaled, or gone? No side effects, no section, no fence instruction; whoever reads true sees all that the
    /// signaller wrote before (C13, C14). Throws on the null handle only.
    /// </summary>
    /// <exception cref="InvalidOperationException">The handle is null.</exception>
    public bool IsSignaled
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            FenceSlot* slot = Slot;

            // [IS-SIGNALED] acquire: what the signaller wrote is seen after the bit; the generation is read behind the head, so
            // the head was of this life. Pairs with [SIGNAL-CLOSE]. Without it a reader sees "signaled" and old results.
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot));
            return FenceLife.IsCurrent(slot, Generation) ? HeadWord.IsClosed(head) : IsGone();
        }
    }

    /// <summary>
    /// Has every accepted callback returned (C11, §2)? Whoever reads true sees what they did. Of a fence that is gone, true unless its
    /// last reference was dropped while its callbacks ran and they still do.
    /// </summary>
    public bool IsQuiesced
    {
        get
        {
            // [IS-QUIESCED] acquire: what the callbacks did is seen after the bit. Pairs with [QUIESCE-SET].
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(Slot));
            return FenceLife.IsCurrent(Slot, Generation) ? HeadWord.IsQuiesced(head) : IsGone() && !FenceLife.IsLate(Slot, Generation);
        }
    }

    /// <summary>State and error, read together.</summary>
    public FenceStatus Status
    {
        get
        {
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(Slot));
            if (!FenceLife.IsCurrent(Slot, Generation))
            {
                IsGone();
                return FenceStatus.Stale;
            }

            return StatusOf(head);
        }
    }

    /// <summary>Monotonic time of the signal in ns (64 ns steps), or 0 while pending or when the fence is gone.</summary>
    /// <exception cref="InvalidOperationException">The handle is null.</exception>
    public long TimestampNanoseconds
    {
        get
        {
            ThrowIfNull();
            Section.Enter();
            FenceSlot* slot = Slot;
            ulong head = Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot));
            bool known = FenceLife.IsCurrent(slot, Generation) && HeadWord.IsClosed(head);
            EngineBlock* engine = known ? slot->Timeline->Engine : null;
            long time = !known ? 0 : (engine != null ? engine->StartNanoseconds : 0) + (long)(HeadWord.Units(head) << HeadWord.TimeShift);
            Section.Exit();
            return time;
        }
    }

    /// <summary>Context of the fence's timeline; 0 for the stub, or when the fence is gone.</summary>
    /// <exception cref="InvalidOperationException">The handle is null.</exception>
    public ulong Context
    {
        get
        {
            ThrowIfNull();
            ulong context = Atomic.LoadAcquire(ref Slot->Context);
            return FenceLife.IsCurrent(Slot, Generation) ? context : 0;
        }
    }

    /// <summary>Sequence number on the timeline; 0 when the fence is gone.</summary>
    /// <exception cref="InvalidOperationException">The handle is null.</exception>
    public ulong Seqno
    {
        get
        {
            ThrowIfNull();
            ulong seqno = Atomic.LoadAcquire(ref Slot->Seqno);
            return FenceLife.IsCurrent(Slot, Generation) ? seqno : 0;
        }
    }

    /// <summary>A handle from its word, as stored by <see cref="Value"/>. Any word is safe: a wrong one is stale.</summary>
    /// <param name="value">The word.</param>
    public static Fence FromValue(ulong value) => new(value >> 32 == 0 ? 0 : value); // generation 0 is nobody's

    /// <summary>Takes a counted reference unless the fence is gone. One locked instruction.</summary>
    /// <param name="reference">The reference; dispose it once.</param>
    public bool TryAcquire(out FenceRef reference)
    {
        ThrowIfNull();
        bool taken = FenceLife.TryAcquire(Slot, Generation);
        reference = taken ? new FenceRef(_value) : default;
        return taken;
    }

    /// <summary>
    /// Takes a reference on the fence that a shared slot holds, whatever replaces it meanwhile (the kernel's
    /// <c>get_rcu_safe</c>): load, acquire unless gone, load again and compare.
    /// </summary>
    /// <param name="slot">A word that holds <see cref="Value"/> of a fence, or 0.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>False when the slot is empty, or its fence gone and not replaced.</returns>
    public static bool TryAcquireFrom(ref ulong slot, out FenceRef reference)
    {
        ulong value = Atomic.LoadAcquire(ref slot);
        while (value != 0)
        {
            Fence fence = FromValue(value);
            bool taken = FenceLife.TryAcquire(fence.Slot, fence.Generation);

            // [SLOT-RELOAD] acquire: the slot still names the fence that we have a reference on. Pairs
            // with [SLOT-RELOAD] (the replacer's exchange is the host's). Without it we would return a fence that was replaced
            // before we began.
            ulong again = Atomic.LoadAcquire(ref slot);
            if (again == value)
            {
                reference = taken ? new FenceRef(value) : default;
                return taken;
            }

            if (taken)
            {
                new FenceRef(value).Dispose();
            }

            value = again;
        }

        reference = default;
        return false;
    }

    /// <summary>
    /// Is <paramref name="a"/> later on its timeline than <paramref name="b"/>? Equal is not later; 32-bit timelines compare
    /// by signed difference (C10).
    /// </summary>
    /// <param name="a">A live fence.</param>
    /// <param name="b">A live fence of the same context.</param>
    /// <exception cref="ArgumentException">Different contexts, or a handle whose fence is gone.</exception>
    public static bool IsLater(Fence a, Fence b) => SeqnoOrder.IsLater(a, b);

    /// <inheritdoc/>
    public bool Equals(Fence other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Same handle?</summary>
    public static bool operator ==(Fence left, Fence right) => left._value == right._value;

    /// <summary>Another handle?</summary>
    public static bool operator !=(Fence left, Fence right) => left._value != right._value;

    internal static FenceStatus StatusOf(ulong head)
    {
        if (!HeadWord.IsClosed(head))
        {
            return FenceStatus.Pending;
        }

        uint error = HeadWord.ClosedError(head);
        return error == 0 ? FenceStatus.Signaled : FenceStatus.Failed(new FenceError(-(int)error));
    }

    internal void ThrowIfNull()
    {
        if (_value == 0)
        {
            ThrowNull();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsGone()
    {
        ThrowIfNull();
        return true;
    }

    private static void ThrowNull() => throw new InvalidOperationException(
        "default(Fence) is no fence. Take one from a FenceSource, a ring's Emit or Fence.Stub.");
}
