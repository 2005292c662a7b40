using FastFence.Atomics;

namespace FastFence.Fences;

/// <summary>
/// What callback a dispatcher runs, for whoever has to name it (fault 38). The dispatcher writes, others read, possibly a moment late.
/// </summary>
internal sealed class CallbackWitness
{
    [ThreadStatic]
    private static CallbackWitness? t_current;

    private ulong _fence;
    private nint _function;
    private Delegate? _callback;

    /// <summary>The calling thread's; null where nobody asks.</summary>
    public static CallbackWitness? Current
    {
        get => t_current;
        set => t_current = value;
    }

    /// <summary>Is a callback running?</summary>
    public bool IsRunning => Atomic.LoadAcquire(ref _fence) != 0;

    /// <summary>A callback begins.</summary>
    public void Begin(ulong fence, nint function, Delegate? callback)
    {
        _callback = callback;
        _function = function;
        Atomic.StoreRelease(ref _fence, fence);
    }

    /// <summary>It has returned.</summary>
    public void End() => Atomic.StoreRelease(ref _fence, 0);

    /// <summary>The callback and its fence, in words.</summary>
    public string Describe()
    {
        Fence fence = new(Atomic.LoadAcquire(ref _fence));
        Delegate? callback = _callback;
        string which = callback != null
            ? $"callback {callback.Method.DeclaringType?.Name}.{callback.Method.Name}"
            : $"the callback function at 0x{_function:x}";
        return fence.IsNull ? "a callback that has just returned" : $"{which} of the fence with context {fence.Context}, seqno {fence.Seqno}";
    }
}
