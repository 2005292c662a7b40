using System.Diagnostics.CodeAnalysis;

namespace FastFence.Tool.Runs;

/// <summary>A named background thread. What it throws ends the run and reaches whoever joins it.</summary>
internal sealed class Worker
{
    private readonly Thread _thread;
    private readonly Action _body;
    private volatile Exception? _fault;

    internal Worker(string name, Action body)
    {
        _body = body;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    /// <summary>It ended with an exception.</summary>
    internal bool HasFault => _fault != null;

    internal void Start() => _thread.Start();

    /// <summary>Waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It threw; the cause is inside.</exception>
    internal void Join()
    {
        _thread.Join();
        if (_fault != null)
        {
            throw new InvalidOperationException($"Thread '{_thread.Name}' failed: {_fault.Message}", _fault);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is rethrown by Join.")]
    private void Run()
    {
        try
        {
            _body();
        }
        catch (Exception e)
        {
            _fault = e;
        }
    }
}
