namespace FastFence.Model.Explorer;

/// <summary>
/// A thread that runs only while it holds the baton. It lives for the whole process, so that the engine's thread-statics are
/// set up once.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Lives as long as the process.")]
internal sealed class Worker
{
    private readonly SemaphoreSlim _baton = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private Action? _job;

    public Worker(int index)
    {
        Index = index;
        new Thread(Loop) { IsBackground = true, Name = $"model {index}" }.Start();
    }

    public int Index { get; }

    /// <summary>Has its body ended in this execution?</summary>
    public bool Finished { get; set; }

    /// <summary>Gave way, and nobody else has moved since.</summary>
    public bool Yielded { get; set; }

    /// <summary>How often it gave way in this execution.</summary>
    public int Yields { get; set; }

    /// <summary>The futex word it sleeps on; 0 = awake.</summary>
    public nint SleepsOn { get; set; }

    /// <summary>It was woken by its deadline.</summary>
    public bool TimedOut { get; set; }

    public bool CanRun => !Finished && SleepsOn == 0;

    /// <summary>Sets what it does when it first gets the baton.</summary>
    public void Prepare(Action job)
    {
        _job = job;
        Finished = false;
        Yielded = false;
        Yields = 0;
        SleepsOn = 0;
        TimedOut = false;
    }

    /// <summary>Runs something outside of any execution and waits for it.</summary>
    public void Do(Action job)
    {
        Exception? thrown = null;
        Prepare(() =>
        {
            try
            {
                job();
            }
#pragma warning disable CA1031 // handed to the caller below
            catch (Exception e)
#pragma warning restore CA1031
            {
                thrown = e;
            }

            _done.Release();
        });
        Give();
        _done.Wait();
        if (thrown is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown);
        }
    }

    public void Give() => _baton.Release();

    public void Await() => _baton.Wait();

    private void Loop()
    {
        while (true)
        {
            _baton.Wait();
            _job!();
        }
    }
}
