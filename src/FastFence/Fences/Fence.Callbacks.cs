using System.Runtime.CompilerServices;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence;

public readonly unsafe partial struct Fence
{
    /// <summary>
    /// Adds a callback. It runs exactly once: on the thread that signals, or on the engine's dispatcher when the poller
    /// signals or another thread still runs callbacks of the timeline, or on the timeline's executor; under no lock, outside any
    /// section, oldest first, behind those of the timeline's earlier fences. Adding enables signaling. Nothing is allocated in
    /// steady state when the caller keeps its delegate.
    /// </summary>
    /// <param name="callback">The callback; an exception it throws is caught, counted and reported (C12).</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For <see cref="CallbackRegistration.Remove"/>; default unless added.</param>
    public AddCallbackResult AddCallback(Action<Fence, object?> callback, object? state, out CallbackRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return AddDelegate(callback, state, CodeOwner.OwnerOf(callback), out registration);
    }

    /// <summary>As the other, for code that an exporter owns: unloading the exporter removes it, or waits until it has returned (C17).</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="codeOwner">Whose code it is. Found by itself for a delegate of a load context that an exporter was made with.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddCallback(
        Action<Fence, object?> callback, object? state, CodeOwner codeOwner, out CallbackRegistration registration)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ArgumentNullException.ThrowIfNull(codeOwner);
        return AddDelegate(callback, state, codeOwner, out registration);
    }

    private AddCallbackResult AddDelegate(
        Action<Fence, object?> callback, object? state, CodeOwner? owner, out CallbackRegistration registration)
    {
        if (IsSignaled)
        {
            return Add(NodeKind.Delegate, 0, 0, owner, out registration); // refused and counted; it cannot become pending again
        }

        int entry = DelegateTable.Put(callback, state);
        registration = default;
        try
        {
            return Add(NodeKind.Delegate, 0, entry, owner, out registration);
        }
        finally
        {
            if (registration.Node == 0)
            {
                DelegateTable.Take(entry, out _, out _);
            }
        }
    }

    /// <summary>Adds a static managed function; as the delegate form, without a table entry (2 ns a call).</summary>
    /// <param name="callback">The function.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddCallback(delegate*<Fence, nint, void> callback, nint state, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        return Add(NodeKind.Managed, (nint)callback, state, null, out registration);
    }

    /// <summary>
    /// As the other, for code that an exporter owns (C17). A pointer does not say whose code it is: without the owner, a function of a
    /// library or load context that goes away is called after it has gone.
    /// </summary>
    /// <param name="callback">The function.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="codeOwner">Whose code it is.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddCallback(
        delegate*<Fence, nint, void> callback, nint state, CodeOwner codeOwner, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        ArgumentNullException.ThrowIfNull(codeOwner);
        return Add(NodeKind.Managed, (nint)callback, state, codeOwner, out registration);
    }

    /// <summary>
    /// Adds an unmanaged function; it runs on whatever thread signals, the poller included, so it must be quick. A pointer that leads
    /// into managed code (an <c>UnmanagedCallersOnly</c> method, a delegate's) would couple the poller to the garbage collector again:
    /// it is recognized and runs where managed ones do (decision 8). On a timeline with an executor only the poller runs it itself.
    /// </summary>
    /// <param name="callback">The function; it gets the handle's word and the state.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddNativeCallback(
        delegate* unmanaged<ulong, nint, void> callback, nint state, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        return Add(NativeKindOf(callback), (nint)callback, state, null, out registration);
    }

    /// <summary>As the other, for code of a library that an exporter may take away (C17).</summary>
    /// <param name="callback">The function; it gets the handle's word and the state.</param>
    /// <param name="state">Handed to it.</param>
    /// <param name="codeOwner">Whose code it is.</param>
    /// <param name="registration">For removal.</param>
    public AddCallbackResult AddNativeCallback(
        delegate* unmanaged<ulong, nint, void> callback, nint state, CodeOwner codeOwner, out CallbackRegistration registration)
    {
        ThrowIfNoFunction(callback);
        ArgumentNullException.ThrowIfNull(codeOwner);
        return Add(NativeKindOf(callback), (nint)callback, state, codeOwner, out registration);
    }

    internal AddCallbackResult Add(NodeKind kind, nint function, nint argument, CodeOwner? owner, out CallbackRegistration registration) =>
        owner == null
            ? CallbackAdd.Add(ref Registry.Current, _value, kind, function, argument, out registration)
            : Add(ref Registry.Current, kind, function, argument, owner, out registration);

    internal AddCallbackResult Add(
        ref ThreadWords words,
        NodeKind kind,
        nint function,
        nint argument,
        CodeOwner? owner,
        out CallbackRegistration registration,
        bool again = false)
    {
        ThrowIfNull();
        registration = default;
        FenceSlot* slot = Slot;
        ulong before = Section.EnterBrief(ref words);
        ThreadCache* cache = References.CacheOf(ref words, slot, Generation);
        if (cache == null)
        {
            bool live = FenceLife.IsCurrent(slot, Generation);
            Section.LeaveBrief(ref words, before);
            return RefuseAdd(live);
        }

        AddCallbackResult result = owner == null
            ? AddInside(cache, slot, kind, function, argument, 0, ref registration)
            : AddOwned(cache, slot, kind, function, argument, owner, ref registration);
        if (result == AddCallbackResult.NoMemory)
        {
            EngineBlock* engine = (EngineBlock*)cache->Pools;
            Section.LeaveBrief(ref words, before);
            return !again && AtBound.TryMakeRoom(engine) ? Add(ref words, kind, function, argument, owner, out registration, again: true) : result;
        }

        bool enable = result == AddCallbackResult.Added && (slot->Timeline->Flags & TimelineFlags.Enables) != 0;
        Section.LeaveBrief(ref words, before);
        if (enable)
        {
            // Enabling comes after the push: the op may answer that the fence has passed, and the engine then signals with the
            // callback in place.
            EnableSignaling.Enable(this);
        }

        return result;
    }

    private AddCallbackResult AddOwned(
        ThreadCache* cache,
        FenceSlot* slot,
        NodeKind kind,
        nint function,
        nint argument,
        CodeOwner? owner,
        ref CallbackRegistration registration)
    {
        if (owner == null)
        {
            return AddInside(cache, slot, kind, function, argument, 0, ref registration);
        }

        if (!owner.TryEnter())
        {
            return AddCallbackResult.OwnerClosed;
        }

        AddCallbackResult result = AddInside(cache, slot, kind, function, argument, (ushort)owner.Number, ref registration);
        if (result != AddCallbackResult.Added)
        {
            CodeOwner.Leave(owner.Number);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private AddCallbackResult AddInside(
        ThreadCache* cache,
        FenceSlot* slot,
        NodeKind kind,
        nint function,
        nint argument,
        ushort owner,
        ref CallbackRegistration registration)
    {
        if (HeadWord.IsClosed(Atomics.Atomic.LoadAcquire(ref FenceSlot.HeadOf(slot))))
        {
            ThreadCache.Count(cache, Counter.CallbacksRefused);
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
        node->Owner = owner;
        uint generation = node->State & ~NodeState.Mask;
        switch (CallbackList.Push(cache, slot, Generation, index))
        {
            case CallbackList.AddResult.Added:
                ThreadCache.Count(cache, Counter.CallbacksAdded);
                cache->Counters.Add(Counter.Awaits, kind == NodeKind.Await ? 1u : 0);
                registration = new CallbackRegistration(this, index, generation);
                return AddCallbackResult.Added;
            case CallbackList.AddResult.Stale:
                return AddCallbackResult.Stale;
            default:
                return AddCallbackResult.AlreadySignaled;
        }
    }

    private AddCallbackResult RefuseAdd(bool live)
    {
        if (live)
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

    private static NodeKind NativeKindOf(void* callback) => NativeCode.IsNative((nint)callback) ? NodeKind.Native : NodeKind.Thunk;

    internal static void ThrowIfNoFunction(void* function)
    {
        if (function == null)
        {
            throw new ArgumentNullException(nameof(function), "A callback function is needed.");
        }
    }
}
