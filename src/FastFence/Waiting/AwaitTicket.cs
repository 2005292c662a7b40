using FastFence.Fences;

namespace FastFence.Waiting;

/// <summary>
/// What an await is registered with, by value: whoever ends the await before the fence does (token, timer) takes the registration
/// away by it. Exactly one of all who try succeeds, and a ticket of an await that is over is refused by its own generation, so a late
/// timer cannot reach the source's next await.
/// </summary>
internal readonly struct AwaitTicket(CallbackRegistration callback)
{
    private readonly ulong _fence = callback.Fence.Value;
    private readonly uint _node = callback.Node;
    private readonly uint _generation = callback.Generation;

    /// <summary>True: the await has not ended and nobody else will end it.</summary>
    public bool TryTake() => new CallbackRegistration(new Fence(_fence), _node, _generation).Remove();
}
