namespace FastFence.Tests.Memory;

/// <summary>Short ways to whole lives of fences.</summary>
internal static class Lives
{
    public static FenceEngine Stepped(int magazine = 504, long maxFences = 1 << 20, long maxCallbacks = 1 << 20) => new(new FenceEngineOptions
    {
        StartPoller = false,
        MagazineSize = magazine,
        MaxFences = maxFences,
        MaxCallbacks = maxCallbacks,
    });

    /// <summary>Creates, signals and releases; false when creation was refused.</summary>
    public static bool TryOne(Timeline timeline, out Fence fence)
    {
        fence = default;
        if (!timeline.TryCreateFence(out FenceSource source))
        {
            return false;
        }

        fence = source.Fence;
        source.Signal();
        source.Dispose();
        return true;
    }

    /// <summary>So many lives, all of which must be granted.</summary>
    public static void Many(Timeline timeline, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!TryOne(timeline, out _))
            {
                throw new InvalidOperationException($"life {i} was refused");
            }
        }
    }

    public static FenceSource[] Hold(Timeline timeline, int count) => [.. Enumerable.Range(0, count).Select(_ => timeline.CreateFence())];

    public static void End(IEnumerable<FenceSource> sources)
    {
        foreach (FenceSource source in sources)
        {
            source.Signal();
            source.Dispose();
        }
    }
}
