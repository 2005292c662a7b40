namespace FastFence.Latency.Growth;

/// <summary>How far and how often is measured.</summary>
internal sealed record GrowthPlan
{
    private static readonly int[] s_steps = [1, 3];

    /// <summary>As far as the measures ask for, in some three minutes.</summary>
    public static GrowthPlan Full { get; } = new() { Name = "full", Rounds = 7, Batches = 24, Share = 1 };

    /// <summary>A tenth of the sizes, in some twenty seconds.</summary>
    public static GrowthPlan Quick { get; } = new() { Name = "quick", Rounds = 3, Batches = 12, Share = 10 };

    /// <summary>Shows that it runs.</summary>
    public static GrowthPlan Smoke { get; } = new() { Name = "smoke", Rounds = 1, Batches = 1, Share = 1000 };

    /// <summary>What the files say.</summary>
    public required string Name { get; init; }

    /// <summary>How often each size has its turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>Batches in a turn, of which the fastest counts.</summary>
    public required int Batches { get; init; }

    /// <summary>The largest sizes are divided by this.</summary>
    public required int Share { get; init; }

    /// <summary>Is nothing judged?</summary>
    public bool IsSmoke => Share >= 1000;

    /// <summary>Sizes 1, 3, 10, 30 … to the largest one.</summary>
    public int[] SizesTo(int largest)
    {
        int last = Math.Max(10, largest / Share);
        List<int> sizes = [];
        for (long decade = 1; decade <= last; decade *= 10)
        {
            sizes.AddRange(s_steps.Select(s => s * decade).Where(n => n <= last).Select(n => (int)n));
        }

        if (sizes[^1] != last)
        {
            sizes.Add(last);
        }

        return [.. sizes];
    }
}
