using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>A counted holder of a fence: while it lives the slot is this fence's. Dispose it once (C21). Thread class: any.</summary>
public readonly unsafe struct FenceRef : IDisposable, IEquatable<FenceRef>
{
    private readonly ulong _value;

    internal FenceRef(ulong value) => _value = value;

    /// <summary>The fence, as a weak handle.</summary>
    public Fence Fence => new(_value);

    /// <summary>Is this <c>default</c>?</summary>
    public bool IsNull => _value == 0;

    /// <summary>Another reference on the same fence.</summary>
    /// <exception cref="ObjectDisposedException">This one was the last and has been disposed.</exception>
    public FenceRef Clone() => Fence.TryAcquire(out FenceRef clone)
        ? clone
        : throw new ObjectDisposedException(nameof(FenceRef), "The last reference of this fence has been disposed.");

    /// <summary>
    /// Drops the reference; the last one stages the slot, nothing of the exporter runs (C15). Disposing again is counted as a
    /// stale handle when it was the last reference. Never blocks, never throws.
    /// </summary>
    public void Dispose()
    {
        if (_value != 0)
        {
            References.Release(_value);
        }
    }

    /// <inheritdoc/>
    public bool Equals(FenceRef other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FenceRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Same fence?</summary>
    public static bool operator ==(FenceRef left, FenceRef right) => left._value == right._value;

    /// <summary>Another fence?</summary>
    public static bool operator !=(FenceRef left, FenceRef right) => left._value != right._value;
}
