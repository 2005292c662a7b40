using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence;

public sealed unsafe partial class Timeline
{
    private readonly FenceNameQueue? _fenceNames;

    /// <summary>
    /// Makes a pending fence with names of its own, on a timeline with <see cref="TimelineOptions.DynamicNames"/>: descriptions and trace
    /// records of this fence carry them (C9). False where <see cref="TryCreateFence"/> says so, and when the name table takes no more: nothing
    /// has changed then. They are kept until the fence has gone, its last record too. Thread class: any. Takes two short locks; no managed allocation in
    /// steady state.
    /// </summary>
    /// <param name="driverName">UTF-8, at most 240 bytes.</param>
    /// <param name="timelineName">UTF-8, at most 240 bytes.</param>
    /// <param name="source">The signaller's side.</param>
    /// <param name="privateData">The exporter's data of this fence.</param>
    /// <exception cref="InvalidOperationException">The timeline has one name for all its fences.</exception>
    /// <exception cref="ArgumentException">A name is too long.</exception>
    public bool TryCreateNamedFence(ReadOnlySpan<byte> driverName, ReadOnlySpan<byte> timelineName, out FenceSource source, nint privateData = 0)
    {
        if (_fenceNames == null)
        {
            throw new InvalidOperationException($"Timeline of context {Context} has one name for all its fences. Make it with TimelineOptions.DynamicNames, or call TryCreateFence.");
        }

        ThrowIfTooLong(driverName, nameof(driverName));
        ThrowIfTooLong(timelineName, nameof(timelineName));
        source = default;
        uint driver = NameTable.Intern(driverName);
        uint timeline = driver == 0 ? 0 : NameTable.Intern(timelineName);
        source = timeline == 0 ? default : Create(ref Registry.Current, privateData, driver | ((ulong)timeline << 32));
        if (source.IsNull)
        {
            NameTable.Release(timeline);
            NameTable.Release(driver);
            return false;
        }

        _fenceNames.Add(source.Unmarked, driver, timeline);
        return true;
    }

    /// <summary>Gives up the names of fences that have gone. The housekeeper; never blocks.</summary>
    internal void SweepNames() => _fenceNames?.Sweep();

    /// <summary>Gives up all of them: no fence is left.</summary>
    internal void ReleaseNames() => _fenceNames?.ReleaseAll();

    private static void ThrowIfTooLong(ReadOnlySpan<byte> name, string parameter)
    {
        if (name.Length > NameTable.MaxBytes)
        {
            throw new ArgumentException($"The name has {name.Length} bytes; names have at most {NameTable.MaxBytes}.", parameter);
        }
    }
}
