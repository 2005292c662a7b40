namespace FastFence.Tests.Memory;

/// <summary>
/// What a spell of work leaves on the managed heap, whichever threads do it. Of five spells the least: the test host's own threads, and
/// a compiler that comes late, allocate in some; what the work itself allocates is in all.
/// </summary>
internal static class Garbage
{
    public static async Task<long> LeastOf(Func<Task> spell)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await spell();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
