using FastFence.Atomics;

namespace FastFence.Waiting;

/// <summary>
/// Calls an action once when fences have signaled: what stands behind the bridges to old code. The action runs where callbacks run, and never
/// after <see cref="Dispose"/> has returned. Allocates; takes a lock of its own while the action runs.
/// </summary>
internal sealed class FenceWatch : IDisposable
{
    private static readonly Action<Fence, object?> s_onSignaled = static (_, state) => ((FenceWatch)state!).Count();

    private readonly Lock _gate = new();
    private readonly CallbackRegistration[] _registrations;
    private readonly Action _action;
    private uint _left;
    private bool _isDisposed;

    /// <summary>Begins to watch; the action may run before this returns.</summary>
    /// <exception cref="ArgumentException">No fence, or a null handle.</exception>
    /// <exception cref="InsufficientMemoryException">The engine's bound on callbacks is reached; nothing is watched then.</exception>
    public FenceWatch(ReadOnlySpan<Fence> fences, FenceGroup group, Action action)
    {
        if (fences.IsEmpty)
        {
            throw new ArgumentException("A group of no fences has nothing to wait for. Give at least one.", nameof(fences));
        }

        int none = fences.IndexOf(default(Fence));
        if (none >= 0)
        {
            throw new ArgumentException($"fences[{none}] is default(Fence), which is no fence.", nameof(fences));
        }

        _action = action;
        _left = group == FenceGroup.All ? (uint)fences.Length : 1;
        _registrations = new CallbackRegistration[fences.Length];
        for (int i = 0; i < fences.Length; i++)
        {
            switch (fences[i].AddCallback(s_onSignaled, this, out _registrations[i]))
            {
                case AddCallbackResult.Added:
                    break;
                case AddCallbackResult.NoMemory:
                    Dispose();
                    throw new InsufficientMemoryException("No callback node: the engine's bound is reached (MaxCallbacks).");
                default:
                    Count();
                    break;
            }
        }
    }

    /// <summary>Ends the watch. Waits for the action if it runs at this moment.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        foreach (CallbackRegistration registration in _registrations)
        {
            registration.Remove();
        }
    }

    private void Count()
    {
        if (Atomic.AddFull(ref _left, uint.MaxValue) != 0)
        {
            return;
        }

        lock (_gate)
        {
            if (!_isDisposed)
            {
                _action();
            }
        }
    }
}
