using System.Collections.Concurrent;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Memory;

/// <summary>A thread that does what it is told, one thing after another: who is where is then no matter of luck.</summary>
internal sealed class Worker : IDisposable
{
    private readonly BlockingCollection<Action> _orders = [];
    private readonly Thread _thread;

    public Worker()
    {
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
        Id = Ask(static () => CurrentThread.Id);
    }

    public int Id { get; }

    public void Do(Action action) => Begin(action)();

    /// <summary>Gives an order; the result waits for it.</summary>
    public Action Begin(Action action)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
#pragma warning disable CA1031 // handed to whoever asked
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        });
        return () =>
        {
            Assert.True(Task.WaitAny([done.Task], TimeSpan.FromSeconds(60)) == 0, "the worker did not finish its order");
            done.Task.GetAwaiter().GetResult();
        };
    }

    /// <summary>Runs something on several new threads at once and waits for them all.</summary>
    public static void Together(int count, Action<int> action)
    {
        List<Worker> workers = [];
        try
        {
            for (int i = 0; i < count; i++)
            {
                workers.Add(new Worker());
            }

            Action[] ends = [.. workers.Select((w, i) => w.Begin(() => action(i)))];
            Array.ForEach(ends, end => end());
        }
        finally
        {
            workers.ForEach(w => w.Dispose());
        }
    }

    public T Ask<T>(Func<T> question)
    {
        T answer = default!;
        Do(() => answer = question());
        return answer;
    }

    /// <summary>Ends the thread, in whatever section it stands, and waits until the system has forgotten it.</summary>
    public void Dispose()
    {
        if (_orders.IsAddingCompleted)
        {
            return;
        }

        _orders.CompleteAdding();
        Assert.True(_thread.Join(TimeSpan.FromSeconds(60)), "the worker does not end");
        Until.Holds(() => !CurrentThread.IsAlive(Id), "the end of a thread that was joined");
        _orders.Dispose();
    }

    private void Run()
    {
        foreach (Action order in _orders.GetConsumingEnumerable())
        {
            order();
        }
    }
}
