namespace FastFence;

/// <summary>
/// An executor with a thread of its own: callbacks of all its timelines run there, one timeline after the other. Any thread.
/// </summary>
public sealed class ThreadExecutor : CallbackExecutor, IDisposable
{
    private readonly object _gate = new();
    private readonly Thread _thread;
    private CallbackWork? _oldest;
    private CallbackWork? _newest;
    private bool _disposed;

    /// <summary>Starts the thread, a background one.</summary>
    /// <param name="name">Its name.</param>
    public ThreadExecutor(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">It has been disposed: the engine's dispatcher runs the callbacks instead.</exception>
    public override void Post(CallbackWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            work.Next = null;
            if (_newest == null)
            {
                _oldest = work;
            }
            else
            {
                _newest.Next = work;
            }

            _newest = work;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Ends the thread when what it was given has run, and waits for that, but in one of its own callbacks. What comes afterwards is
    /// the dispatcher's.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.Pulse(_gate);
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (Take() is { } work)
        {
            work.Execute();
        }
    }

    private CallbackWork? Take()
    {
        lock (_gate)
        {
            while (_oldest == null && !_disposed)
            {
                Monitor.Wait(_gate);
            }

            CallbackWork? work = _oldest;
            _oldest = work?.Next;
            _newest = _oldest == null ? null : _newest;
            return work;
        }
    }
}
