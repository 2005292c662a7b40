using FastFence.Reclamation;

namespace FastFence.Polling;

/// <summary>What a turn goes by, and what it has done.</summary>
internal unsafe struct RingTurn
{
    /// <summary>The poller.</summary>
    public PollerBlock* Poller;

    /// <summary>Of the thread that polls.</summary>
    public ThreadCache* Cache;

    /// <summary>The rings.</summary>
    public RingSet* Set;

    /// <summary>The term in which it polls.</summary>
    public uint Term;

    /// <summary>Rings with something to retire.</summary>
    public uint Batches;

    /// <summary>Positions retired.</summary>
    public uint Done;

    /// <summary>The time of the turn, ns; 0 = not read yet.</summary>
    public long Now;
}
