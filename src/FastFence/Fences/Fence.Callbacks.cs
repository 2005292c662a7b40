using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;

namespace FastFence;

public readonly unsafe partial struct Fence
{
    /// <summary>
    /// Adds a callback. It runs exactly once: on the thread that signals, or on the engine's dispatcher when the poller
    /// signals; under no lock, outside any section, oldest first. Adding enables signaling. Nothing is allocated in steady
    /// state when the caller keeps its delegate.
    /// </summary>
    /// <param name="callback">The callback; an exception it throws is caught, counted and reported (C12).</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For <see cref="CallbackRegistration.Remove"/>; default unless added.</param>
    public AddCallbackResult AddCallback(Action<Fence, object?> callback, object? state, out CallbackRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (IsSignaled)
        {
            registration = default;
            return Status.State == FenceState.Stale ? AddCallbackResult.Stale : AddCallbackResult.AlreadySignaled;
        }

        int entry = DelegateTable.Put(callback, state);
        AddCallbackResult result = Add(NodeKind.Delegate, 0, entry, out registration);
        if (result != AddCallbackResult.Added)
        {
            DelegateTable.Take(entry, out _, out _);
        }

        return result;
    }

    /// <summary>Adds a static managed function; as the delegate form, without a table entry (2 ns a call).</summary>
    /// <param name="callback">The function.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddCallback(delegate*<Fence, nint, void> callback, nint state, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        return Add(NodeKind.Managed, (nint)callback, state, out registration);
    }

    /// <summary>
    /// Adds an unmanaged function; it runs on whatever thread signals, the poller included, so it must be quick and must not be
    /// an <c>UnmanagedCallersOnly</c> method (that would couple the poller to the garbage collector again: decision 8).
    /// </summary>
    /// <param name="callback">The function; it gets the handle's word and the state.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddNativeCallback(
        delegate* unmanaged<ulong, nint, void> callback, nint state, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        return Add(NodeKind.Native, (nint)callback, state, out registration);
    }

    internal AddCallbackResult Add(NodeKind kind, nint function, nint argument, out CallbackRegistration registration)
    {
        ThrowIfNull();
        AddCallbackResult result = AddInside(kind, function, argument, out registration, out EngineBlock* engine);
        if (result == AddCallbackResult.NoMemory && AtBound.TryMakeRoom(engine))
        {
            result = AddInside(kind, function, argument, out registration, out _);
        }

        if (result == AddCallbackResult.Added)
        {
            // Enabling comes after the push: the op may answer that the fence has passed, and the engine then signals with the
            // callback in place.
            EnableSignaling.Enable(this);
        }

        return result;
    }

    private AddCallbackResult AddInside(
        NodeKind kind, nint function, nint argument, out CallbackRegistration registration, out EngineBlock* engine)
    {
        engine = null;
        registration = default;
        FenceSlot* slot = Slot;
        Section.Enter();
        try
        {
            ThreadCache* cache = References.CacheOf(slot, Generation);
            if (cache == null)
            {
                return RefuseAdd(slot);
            }

            engine = (EngineBlock*)cache->Pools;
            if (HeadWord.IsClosed(Atomics.Atomic.LoadAcquire(ref slot->Head)))
            {
                cache->Counters.Increment(Counter.CallbacksRefused);
                return AddCallbackResult.AlreadySignaled;
            }

            uint index = CallbackList.Take(cache);
            if (index == 0)
            {
                return AddCallbackResult.NoMemory;
            }

            CallbackNode* node = CallbackNode.At(index);
            node->Function = function;
            node->Argument = argument;
            node->Kind = (byte)kind;
            node->Owner = 0;
            uint generation = node->State & ~NodeState.Mask;
            switch (CallbackList.Push(cache, slot, Generation, index))
            {
                case CallbackList.AddResult.Added:
                    registration = new CallbackRegistration(this, index, generation);
                    return AddCallbackResult.Added;
                case CallbackList.AddResult.Stale:
                    return AddCallbackResult.Stale;
                default:
                    return AddCallbackResult.AlreadySignaled;
            }
        }
        finally
        {
            Section.Exit();
        }
    }

    private AddCallbackResult RefuseAdd(FenceSlot* slot)
    {
        if (FenceLife.IsLive(slot, Generation))
        {
            if (_value == StubFence.Handle)
            {
                return AddCallbackResult.AlreadySignaled;
            }

            References.ThrowNoCache();
        }

        StaleHandles.Count();
        return AddCallbackResult.Stale;
    }

    private static void ThrowIfNoFunction(void* function)
    {
        if (function == null)
        {
            throw new ArgumentNullException(nameof(function), "A callback function is needed.");
        }
    }
}
