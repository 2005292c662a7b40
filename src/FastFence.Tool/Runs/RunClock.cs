using FastFence.Platform;

namespace FastFence.Tool.Runs;

/// <summary>Tells the threads of a run which phase it is in.</summary>
internal sealed class RunClock : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private volatile bool _measuring;
    private volatile bool _stopped;
    private volatile bool _observersEnd;
    private long _measuredSince;

    /// <summary>Figures count: warm-up is over, the end has not come.</summary>
    internal bool IsMeasuring
    {
        get => _measuring;
        set
        {
            _measuredSince = value ? MonotonicClock.Nanoseconds : _measuredSince;
            _measuring = value;
        }
    }

    /// <summary>Seconds since the measurement began. Only once it has.</summary>
    internal double MeasuredSeconds(long nanoseconds) => (nanoseconds - _measuredSince) / 1e9;

    /// <summary>Nothing new is emitted.</summary>
    internal bool IsStopped => _stopped;

    /// <summary>Everything emitted has come to its end, observers too.</summary>
    internal bool ObserversEnd
    {
        get => _observersEnd;
        set => _observersEnd = value;
    }

    /// <summary>Stops the load.</summary>
    internal void Stop()
    {
        _stopped = true;
        _stop.Set();
    }

    /// <summary>Sleeps; true when the run was stopped meanwhile. Allocates nothing.</summary>
    internal bool Sleep(int milliseconds)
    {
        // In pieces: the event would allocate its kernel object on the first long wait only, and this needs none.
        for (int left = milliseconds; left > 0 && !_stopped; left -= 10)
        {
            Thread.Sleep(Math.Min(left, 10));
        }

        return _stopped;
    }

    public void Dispose() => _stop.Dispose();
}
