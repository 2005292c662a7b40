// Names that belong to one fence each (DynamicNames). The fence's slot holds their ids and whoever drops its last reference records that, so
// they go a grace period after the generation has risen: by then the section in which that happened has ended. The name table keeps
// them further, until no record speaks of them.
using FastFence.Reclamation;
using FastFence.Recording;

namespace FastFence.Fences;

/// <summary>The names of a timeline's fences, until those have gone. Any thread; short lock.</summary>
internal sealed unsafe class FenceNameQueue
{
    private const int MostInSweep = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _alive = new();
    private readonly Queue<Entry> _gone = new();
    private readonly Queue<(GraceToken Token, int Count)> _batches = new();

    private readonly record struct Entry(Fence Fence, uint Driver, uint Timeline);

    /// <summary>Off under test only: names go although their fence lives. The known-bad twin.</summary>
    internal static bool WaitsForFences { get; set; } = true;

    /// <summary>Takes over the references on a fence's names.</summary>
    public void Add(Fence fence, uint driver, uint timeline)
    {
        lock (_lock)
        {
            _alive.Enqueue(new Entry(fence, driver, timeline));
        }
    }

    /// <summary>Gives up the names of fences that went a grace period ago, and looks which have gone since. Bounded work; never blocks.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            while (_batches.TryPeek(out (GraceToken Token, int Count) batch) && GracePeriod.Poll(batch.Token))
            {
                _batches.Dequeue();
                Release(_gone, batch.Count);
            }

            int before = _gone.Count;
            for (int left = Math.Min(_alive.Count, MostInSweep); left > 0; left--)
            {
                Entry entry = _alive.Dequeue();
                bool lives = WaitsForFences && FenceLife.IsCurrent(entry.Fence.Slot, entry.Fence.Generation);
                (lives ? _alive : _gone).Enqueue(entry);
            }

            if (_gone.Count != before)
            {
                _batches.Enqueue((GracePeriod.Start(), _gone.Count - before));
            }
        }
    }

    /// <summary>Gives up all. Safety: no fence of the timeline is left, and nobody in a section that saw one.</summary>
    public void ReleaseAll()
    {
        lock (_lock)
        {
            _batches.Clear();
            Release(_gone, _gone.Count);
            Release(_alive, _alive.Count);
        }
    }

    private static void Release(Queue<Entry> from, int count)
    {
        for (; count > 0; count--)
        {
            Entry entry = from.Dequeue();
            NameTable.Release(entry.Driver);
            NameTable.Release(entry.Timeline);
        }
    }
}
