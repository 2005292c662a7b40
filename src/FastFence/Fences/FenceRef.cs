using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

/// <summary>A counted holder of a fence: while it lives the slot is this fence's. Dispose it once (C21). Thread class: any.</summary>
public readonly unsafe partial struct FenceRef : IDisposable, IEquatable<FenceRef>
{
    // The fence's handle; in checked mode the number of a ticket that knows it (FenceRef.Checked.cs).
    private readonly ulong _value;

    internal FenceRef(ulong value)
    {
        _value = value;
        if (Checks.On)
        {
            _value = FenceTickets.Issue(value);
        }
    }

    /// <summary>The fence, as a weak handle.</summary>
    public Fence Fence => new(Checks.On ? FenceTickets.FenceOf(_value) : _value);

    /// <summary>Is this <c>default</c>?</summary>
    public bool IsNull => _value == 0;

    /// <summary>Another reference on the same fence.</summary>
    /// <exception cref="ObjectDisposedException">This one was the last and has been disposed.</exception>
    public FenceRef Clone() => Fence.TryAcquire(out FenceRef clone)
        ? clone
        : throw new ObjectDisposedException(nameof(FenceRef), "The last reference of this fence has been disposed.");

    /// <summary>
    /// Drops the reference; the last one stages the slot, nothing of the exporter runs (C15). Disposing again is counted as a
    /// stale handle when it was the last reference; checked mode refuses and reports it always. Never blocks, never throws but there.
    /// </summary>
    /// <exception cref="FenceMisuseException">Disposed before, and <see cref="CheckedMode.Throws"/> is set.</exception>
    public void Dispose()
    {
        if (Checks.On)
        {
            DisposeChecked(_value);
        }
        else if (_value != 0)
        {
            References.Release(_value);
        }
    }

    /// <inheritdoc/>
    public bool Equals(FenceRef other) => Fence == other.Fence;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FenceRef other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Fence.GetHashCode();

    /// <summary>Same fence?</summary>
    public static bool operator ==(FenceRef left, FenceRef right) => left.Fence == right.Fence;

    /// <summary>Another fence?</summary>
    public static bool operator !=(FenceRef left, FenceRef right) => left.Fence != right.Fence;
}
