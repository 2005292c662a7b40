namespace FastFence.Bench.Gates;

/// <summary>What a row came to.</summary>
internal enum Verdict
{
    /// <summary>The must holds.</summary>
    Holds,

    /// <summary>It does not.</summary>
    Misses,

    /// <summary>The noise was larger than the distance to the must: neither.</summary>
    Inconclusive,

    /// <summary>Cannot be judged here or now; says why.</summary>
    Absent,

    /// <summary>Ran, in batches too small to say anything.</summary>
    Smoke,
}

/// <summary>From scores to verdicts. A score is measured / allowed: 1 is the must, less is better.</summary>
internal static class Verdicts
{
    /// <summary>Within this of the must all blocks have to agree.</summary>
    public const double Margin = 0.10;

    // Further away, so many of the blocks have to.
    private const double Majority = 0.75;

    /// <summary>Judges the score of the minima and the scores of the blocks.</summary>
    public static Verdict Judge(double score, IReadOnlyCollection<double> blocks)
    {
        double agreeing = blocks.Count(b => (b <= 1) == (score <= 1)) / (double)blocks.Count;
        double needed = Math.Abs(score - 1) <= Margin ? 1 : Majority;
        return agreeing < needed ? Verdict.Inconclusive : score <= 1 ? Verdict.Holds : Verdict.Misses;
    }
}
