namespace FastFence.Telemetry;

/// <summary>
/// Fences of one timeline overlap, slices of one track may not: each fence takes the lowest lane that is free, and keeps it until
/// it signals.
/// </summary>
internal sealed class TraceLanes
{
    private readonly Dictionary<ulong, int> _laneOf = [];
    private readonly PriorityQueue<int, int> _free = new();

    /// <summary>Lanes used so far.</summary>
    public int Count { get; private set; }

    /// <summary>A lane for a fence; false when it has one.</summary>
    public bool TryTake(ulong seqno, out int lane)
    {
        if (_laneOf.TryGetValue(seqno, out lane))
        {
            return false;
        }

        lane = _free.Count != 0 ? _free.Dequeue() : Count++;
        _laneOf.Add(seqno, lane);
        return true;
    }

    /// <summary>Gives the fence's lane back; false when it has none.</summary>
    public bool TryGive(ulong seqno, out int lane)
    {
        if (!_laneOf.Remove(seqno, out lane))
        {
            return false;
        }

        _free.Enqueue(lane, lane);
        return true;
    }
}
