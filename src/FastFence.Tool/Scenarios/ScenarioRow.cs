namespace FastFence.Tool.Scenarios;

/// <summary>One line of the table: what a fault led to.</summary>
internal sealed class ScenarioRow(string name)
{
    public string Name => name;

    public long Rounds { get; set; }

    public long Signaled { get; private set; }

    public long TimedOut { get; private set; }

    public long DeviceLost { get; private set; }

    public long Other { get; private set; }

    /// <summary>Fences that did not end.</summary>
    public long Pending { get; private set; }

    /// <summary>Longest time from the fault to the last fence's end, ns, where the scenario measures it.</summary>
    public long LongestNs { get; set; }

    internal void Count(FenceStatus? status)
    {
        if (status is not { } ended)
        {
            Pending++;
        }
        else if (ended == FenceStatus.Signaled)
        {
            Signaled++;
        }
        else if (ended == FenceStatus.Failed(FenceError.TimedOut))
        {
            TimedOut++;
        }
        else if (ended == FenceStatus.Failed(FenceError.DeviceLost))
        {
            DeviceLost++;
        }
        else
        {
            Other++;
        }
    }
}
