namespace FastFence.Bench.Measuring;

/// <summary>Another thread of a row: on the second core where nothing else is said, asleep between batches so that it disturbs nobody else's.</summary>
internal sealed class Partner : IDisposable
{
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private readonly Thread _thread;
    private readonly int _core;
    private Action? _work;
    private Exception? _fault;

    /// <param name="core">Which core it is kept on.</param>
    public Partner(int core = 1)
    {
        _core = core;
        _thread = new Thread(Run) { IsBackground = true, Name = "bench partner" };
        _thread.Start();
    }

    /// <summary>Starts a batch; returns at once.</summary>
    public void Start(Action work)
    {
        _work = work;
        _go.Release();
    }

    /// <summary>Waits for the batch's end.</summary>
    public void Join()
    {
        _done.Wait();
        if (_fault != null)
        {
            throw new InvalidOperationException("The second thread of a row failed.", _fault);
        }
    }

    public void Dispose()
    {
        _work = null;
        _go.Release();
        _thread.Join();
        _go.Dispose();
        _done.Dispose();
    }

    private void Run()
    {
        Cores.Pin(_core);
        while (true)
        {
            _go.Wait();
            Action? work = _work;
            if (work == null)
            {
                return;
            }

            try
            {
                work();
            }
#pragma warning disable CA1031 // handed to the thread that waits in Join
            catch (Exception e)
#pragma warning restore CA1031
            {
                _fault = e;
            }

            _done.Release();
        }
    }
}
