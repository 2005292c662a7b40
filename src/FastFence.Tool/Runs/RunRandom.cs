namespace FastFence.Tool.Runs;

/// <summary>Random choices of one thread from the run's seed: SplitMix64, two nanoseconds, no allocation.</summary>
internal struct RunRandom(ulong seed, int thread)
{
    private ulong _state = seed ^ ((ulong)(thread + 1) * 0xD1B54A32D192ED03);

    /// <summary>A number below <paramref name="bound"/>.</summary>
    internal uint Next(uint bound)
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (uint)(((z >> 32) * bound) >> 32);
    }
}
