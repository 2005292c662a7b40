using System.Diagnostics;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>Threads that start together, end, and hand their exceptions over. Nothing here sleeps and hopes.</summary>
internal static class Race
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs each action on a thread of its own, all from one start.</summary>
    public static void Run(params Action[] actions)
    {
        using Barrier start = new(actions.Length);
        List<Exception> thrown = [];
        Thread[] threads = [.. actions.Select(action => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                action();
            }
#pragma warning disable CA1031 // rethrown on the test's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                lock (thrown)
                {
                    thrown.Add(e);
                }
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Assert.True(thread.Join(s_limit), "a thread of the race hangs");
        }

        lock (thrown)
        {
            Assert.Empty(thrown);
        }
    }

    /// <summary>Yields until the condition holds; fails when it never does.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_limit, $"never: {what}");
            Thread.Yield();
        }
    }

    /// <summary>Two threads that play rounds against each other: both enter a round together.</summary>
    public static void Rounds(int rounds, Action<int> left, Action<int> right, Action<int> check)
    {
        using Barrier meet = new(2);
        bool broken = false;
        void Play(Action<int> part, Action<int> after)
        {
            try
            {
                for (int i = 0; i < rounds && !Volatile.Read(ref broken); i++)
                {
                    meet.SignalAndWait();
                    part(i);
                    meet.SignalAndWait();
                    after(i);
                }
            }
            catch
            {
                Volatile.Write(ref broken, true);
                throw;
            }
            finally
            {
                meet.RemoveParticipant();
            }
        }

        Run(() => Play(left, check), () => Play(right, _ => { }));
    }
}
