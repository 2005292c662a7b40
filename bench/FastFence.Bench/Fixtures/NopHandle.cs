using System.Runtime.InteropServices;

namespace FastFence.Bench.Fixtures;

/// <summary>A handle of nothing: its reference counting alone is measured.</summary>
internal sealed class NopHandle : SafeHandle
{
    public NopHandle()
        : base(0, ownsHandle: true)
    {
        SetHandle(1);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => true;
}
