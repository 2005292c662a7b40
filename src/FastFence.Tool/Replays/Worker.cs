using System.Diagnostics.CodeAnalysis;

namespace FastFence.Tool.Replays;

/// <summary>A thread whose exception goes to whoever joins it, not to the process.</summary>
internal sealed class Worker
{
    private readonly Thread _thread;
    private Exception? _fault;

    /// <summary>Starts it.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again by Join.")]
    internal Worker(string name, Action body)
    {
        _thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                _fault = e;
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        _thread.Start();
    }

    /// <summary>Waits for its end, at most so long; false when it still runs.</summary>
    internal bool Join(TimeSpan timeout) => _thread.Join(timeout);

    /// <summary>Throws what its body threw.</summary>
    internal void ThrowIfFaulted()
    {
        if (_fault is not null)
        {
            throw new InvalidOperationException($"thread '{_thread.Name}' ended: {_fault.Message}", _fault);
        }
    }
}
