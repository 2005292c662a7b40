namespace FastFence.Bench.Measuring;

/// <summary>One thing that is measured. Batches of it are interleaved with batches of its peers and of a physical unit.</summary>
internal abstract class Contender : IDisposable
{
    protected Contender(string name, int leastBatch)
    {
        Name = name;
        LeastBatch = leastBatch;
    }

    /// <summary>What the table calls it.</summary>
    public string Name { get; }

    /// <summary>Is a call of its own in its figure? Where not, the cost of an empty call is not taken off.</summary>
    public bool HasCall { get; init; } = true;

    /// <summary>
    /// Operations a batch needs at least: where a cost comes once in thousands of operations (a sealed bag, a process-wide
    /// barrier), a shorter batch without it would win every comparison of minima.
    /// </summary>
    public int LeastBatch { get; }

    /// <summary>
    /// Does the median of its batches stand for them? Where two threads meet, a minimum would pick those in which they did not: the waiter had not
    /// yet fallen asleep, the other thread came late, one thread held the line for the whole batch.
    /// </summary>
    public bool IsByMedian { get; init; }

    /// <summary>What stands for many batches: their minimum, or their median.</summary>
    public double Typical(IReadOnlyCollection<double> batches) => IsByMedian ? batches.Order().ElementAt(batches.Count / 2) : batches.Min();

    /// <summary>Runs a batch; ns for one operation, its median where single hand-overs are measured.</summary>
    public abstract double Measure(int times);

    /// <summary>The single times of the last batch, ns; empty where only their mean is measured.</summary>
    public virtual ReadOnlySpan<double> Samples => default;

    /// <summary>Managed bytes that the whole process allocates for one operation, once warm.</summary>
    public double AllocatedInProcess(int times)
    {
        Measure(times);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Measure(times);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / times;
    }

    /// <summary>Ends its threads and frees its fixture.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
