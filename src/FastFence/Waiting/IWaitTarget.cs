namespace FastFence.Waiting;

/// <summary>What a thread waits for, as it can be seen without being told.</summary>
internal interface IWaitTarget
{
    /// <summary>Has it come?</summary>
    bool IsMet { get; }
}
