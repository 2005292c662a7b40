using FastFence.Fences;

namespace FastFence.Waiting;

/// <summary>
/// What an await is registered with, by value: whoever ends the await before the fence does (token, timer) takes the registration
/// away by it. Exactly one of all who try succeeds, and a ticket of an await that is over is refused by its own generation, so a late
/// timer cannot reach the source's next await.
/// </summary>
internal readonly unsafe struct AwaitTicket
{
    private readonly ulong _fence;
    private readonly TimelineBlock* _timeline;
    private readonly uint _node;
    private readonly uint _generation;

    /// <summary>Of a callback.</summary>
    public AwaitTicket(CallbackRegistration callback)
    {
        _fence = callback.Fence.Value;
        _node = callback.Node;
        _generation = callback.Generation;
    }

    /// <summary>Of a waiter for a value.</summary>
    public AwaitTicket(in ValueSeat seat)
    {
        _timeline = seat.Timeline;
        _node = seat.Node;
        _generation = seat.Generation;
    }

    /// <summary>True: the await has not ended and nobody else will end it.</summary>
    public bool TryTake() => _timeline == null
        ? new CallbackRegistration(new Fence(_fence), _node, _generation).Remove()
        : ValueWait.TryTake(_timeline, _node, _generation);
}
