namespace FastFence.Tool.Runs;

/// <summary>Software fences of one submitter: made, and signaled in the order in which they were made. Owning thread only.</summary>
internal sealed class SoftwareFences(ViolationTally tally)
{
    private const int Most = 64;

    private readonly FenceSource[] _sources = new FenceSource[Most];
    private readonly Exporter[] _exporters = new Exporter[Most];
    private int _first;
    private int _count;

    /// <summary>Makes one, and signals the oldest when there are enough; false when the timeline makes none.</summary>
    internal bool TryMake(Driver driver, out Fence fence)
    {
        if (_count == Most)
        {
            SignalOldest();
        }

        bool made = driver.Timeline.TryCreateFence(out FenceSource source);
        fence = made ? source.Fence : default;
        if (made)
        {
            int at = (_first + _count++) % Most;
            _sources[at] = source;
            _exporters[at] = driver.Exporter;
        }

        return made;
    }

    /// <summary>Signals all that are left.</summary>
    internal void SignalAll()
    {
        while (_count != 0)
        {
            SignalOldest();
        }
    }

    private void SignalOldest()
    {
        FenceSource source = _sources[_first];
        SignalCheck.Signal(source, _exporters[_first], tally);
        source.Dispose();
        _first = (_first + 1) % Most;
        _count--;
    }
}
