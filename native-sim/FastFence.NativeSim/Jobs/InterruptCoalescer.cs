namespace FastFence.NativeSim.Jobs;

/// <summary>Several completions, one interrupt: when so many have come, or the first of them is so old. Its engine's thread only.</summary>
internal struct InterruptCoalescer(uint most, long nanoseconds)
{
    private uint _pending;
    private long _since;

    /// <summary>When the interrupt is due for what has come; <see cref="long.MaxValue"/> = nothing has.</summary>
    internal readonly long DueAt => _pending == 0 ? long.MaxValue : _since + nanoseconds;

    /// <summary>So many jobs are done; true when the interrupt is to be raised now.</summary>
    internal bool Add(int jobs, long now)
    {
        _since = _pending == 0 ? now : _since;
        _pending += (uint)jobs;
        return TryTake(now);
    }

    /// <summary>Is it due? Then it is to be raised now.</summary>
    internal bool TryTake(long now)
    {
        if (_pending == 0 || (_pending < most && now < DueAt))
        {
            return false;
        }

        _pending = 0;
        return true;
    }
}
