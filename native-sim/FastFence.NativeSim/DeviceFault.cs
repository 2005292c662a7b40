namespace FastFence.NativeSim;

/// <summary>What can go wrong in a device of its own process, on request.</summary>
public enum DeviceFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The next job does not end; the engine does nothing else until its ring is taken away.</summary>
    Hang,

    /// <summary>The next job takes longer, by the argument in ns, and the engine says so.</summary>
    Slow,

    /// <summary>The next completion raises no interrupt.</summary>
    LostInterrupt,

    /// <summary>The next completion's interrupt comes late, by the argument in ns.</summary>
    LateInterrupt,

    /// <summary>An interrupt without a completion.</summary>
    SpuriousInterrupt,

    /// <summary>The next completion word is far beyond what was submitted.</summary>
    WordJumps,

    /// <summary>The next completion word is behind the last one.</summary>
    WordGoesBack,

    /// <summary>The next completion word is any number.</summary>
    WordIsGarbage,

    /// <summary>The next job hangs, and when its ring has been taken away, its word is written all the same, once.</summary>
    LateWrite,

    /// <summary>The engine's thread ends: it takes no ring back and answers nothing.</summary>
    EngineDeath,
}
