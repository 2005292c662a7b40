namespace FastFence.Polling;

/// <summary>
/// Start of an engine's thread: whoever makes the engine hears whether the thread has what it needs, instead of getting an engine
/// without one (C19).
/// </summary>
internal sealed class AgentStart
{
    private readonly object _gate = new();
    private uint _state;

    /// <summary>Starts the thread and waits for its report.</summary>
    public void Run(Thread thread)
    {
        thread.Start();
        lock (_gate)
        {
            while (_state == 0)
            {
                Monitor.Wait(_gate);
            }
        }

        if (_state != 1)
        {
            thread.Join();
            throw new InsufficientMemoryException(
                $"No reader record or cache for the thread '{thread.Name}': too many threads use engines, or the reservation is full ('FastFence.ReservationBytes').");
        }
    }

    /// <summary>The thread's report, once.</summary>
    public void Report(bool ready)
    {
        lock (_gate)
        {
            _state = ready ? 1u : 2u;
            Monitor.PulseAll(_gate);
        }
    }
}
