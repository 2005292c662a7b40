using FastFence.Atomics;
using FastFence.Platform;

namespace FastFence.Waiting;

/// <summary>
/// A deadline on a clock that is not the kernel's: its timer pokes the sleeper. For tests; allocates.
/// </summary>
internal sealed unsafe class ForeignClock : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private uint* _sleeper;
    private uint _isOver;

    /// <summary>Starts it.</summary>
    public ForeignClock(TimeProvider provider, TimeSpan timeout) => _timer = provider.CreateTimer(
        static state => ((ForeignClock)state!).End(), this, timeout, Timeout.InfiniteTimeSpan);

    /// <summary>Has it run down?</summary>
    public bool IsOver => Atomic.LoadAcquire(ref _isOver) != 0;

    /// <summary>Whom to wake; null before the word is no longer the caller's.</summary>
    public void SetSleeper(uint* word)
    {
        lock (_gate)
        {
            _sleeper = word;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void End()
    {
        Atomic.StoreRelease(ref _isOver, 1);
        lock (_gate)
        {
            if (_sleeper != null)
            {
                WaiterPoke.Poke(_sleeper);
            }
        }
    }
}
