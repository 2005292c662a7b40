using System.Collections.Concurrent;

namespace FastFence.Tests.Fences;

/// <summary>An executor as a host may write one: it keeps what it is given until somebody executes it.</summary>
internal sealed class ManualExecutor : CallbackExecutor, IDisposable
{
    private readonly BlockingCollection<CallbackWork> _works = [];
    private Thread? _thread;

    public int Posted => _works.Count;

    public override void Post(CallbackWork work) => _works.Add(work);

    /// <summary>What was posted first; waits until something is.</summary>
    public CallbackWork Take() => _works.TryTake(out CallbackWork? work, TimeSpan.FromSeconds(60))
        ? work
        : throw new TimeoutException("nothing was posted to the executor");

    /// <summary>Executes everything on a thread of its own from now on.</summary>
    public void RunOnAThread()
    {
        _thread = new Thread(() =>
        {
            foreach (CallbackWork work in _works.GetConsumingEnumerable())
            {
                work.Execute();
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _works.CompleteAdding();
        _thread?.Join();
        _works.Dispose();
    }
}
