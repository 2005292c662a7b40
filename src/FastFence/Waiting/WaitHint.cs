namespace FastFence;

/// <summary>What a waiting thread does before it parks. Whatever is chosen, it parks in the end: no hint burns a core for ever.</summary>
public enum WaitHint
{
    /// <summary>Spins for 3 µs where more than two cores are usable, else yields twice.</summary>
    Auto,

    /// <summary>The fence is expected within microseconds: spins for up to 50 µs. With one usable core as <see cref="Yield"/>.</summary>
    Spin,

    /// <summary>Gives the core to others between looks, for up to 50 µs.</summary>
    Yield,

    /// <summary>The fence will take long: parks at once.</summary>
    Block,
}
