using System.Diagnostics;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Checked;

/// <summary>How a misuse shows.</summary>
public enum Form
{
    /// <summary>As an event, once.</summary>
    Event,

    /// <summary>As an exception, every time.</summary>
    Exception,
}

/// <summary>An engine, and a record of what checked mode says while a test runs. Every test may use the same sites again.</summary>
public abstract class MisuseTest : IDisposable
{
    private readonly List<MisuseEventArgs> _found = [];
    private readonly Lock _lock = new();

    protected MisuseTest()
    {
        Assert.True(CheckedMode.IsOn, "the option of this project's runtimeconfig does not reach the library");
        Misuses.ForgetSites();
        CheckedMode.Throws = false;
        CheckedMode.Misused += Record;
        Engine = new FenceEngine(new FenceEngineOptions { StartPoller = false, StallLimit = TimeSpan.FromMilliseconds(1) });
        Timeline = Engine.CreateTimeline("timeline");
    }

    private protected FenceEngine Engine { get; }

    private protected Timeline Timeline { get; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        CheckedMode.Throws = false;
        Engine.Dispose();
        CheckedMode.Misused -= Record;
    }

    private protected MisuseEventArgs[] Found()
    {
        lock (_lock)
        {
            return [.. _found];
        }
    }

    /// <summary>
    /// The misuse, done twice at one site, is reported: as one event, or as two exceptions; each names this test's code and thread.
    /// </summary>
    private protected MisuseEventArgs Reported(MisuseKind kind, Form form, Action misuse)
    {
        CheckedMode.Throws = form == Form.Exception;
        long before = CheckedMode.MisuseCount;
        MisuseEventArgs found = form == Form.Event ? Once(kind, misuse) : Twice(kind, misuse);
        CheckedMode.Throws = false;
        Assert.True(CheckedMode.MisuseCount >= before + 2, "a misuse that was reported before is not counted again");
        Assert.Equal(kind, found.Kind);
        Assert.Contains(GetType().Name, found.Site, StringComparison.Ordinal);
        Assert.Contains($"{GetType().Name}.cs:", found.Site, StringComparison.Ordinal);
        Assert.Equal(Environment.CurrentManagedThreadId, found.ManagedThreadId);
        Assert.Contains(found.Site, found.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, found.OsThreadId);
        return found;
    }

    /// <summary>The legal twin of a misuse: nothing is said, nothing thrown, nothing counted.</summary>
    private protected void NotReported(Action use)
    {
        long before = CheckedMode.MisuseCount;
        CheckedMode.Throws = true;
        use();
        CheckedMode.Throws = false;
        Assert.Empty(Found());
        Assert.Equal(before, CheckedMode.MisuseCount);
    }

    /// <summary>Runs on a thread of its own, to its end.</summary>
    private protected static void OnThread(string name, Action action)
    {
        Exception? thrown = null;
        Thread thread = new(() =>
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // handed to the test
            catch (Exception e)
#pragma warning restore CA1031
            {
                thrown = e;
            }
        })
        { Name = name, IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), $"thread {name} does not end");
        if (thrown != null)
        {
            throw new AggregateException(thrown);
        }
    }

    private protected static void Until(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"never came: {what}");
            Thread.Yield();
        }
    }

    private MisuseEventArgs Once(MisuseKind kind, Action misuse)
    {
        for (int i = 0; i < 2; i++)
        {
            try
            {
                misuse();
            }
            catch (InvalidOperationException e) when (e is not FenceMisuseException && e.Message.Contains("inside an access section", StringComparison.Ordinal))
            {
                // What would wait for itself is refused in every mode.
            }
        }

        return Assert.Single(Found(), m => m.Kind == kind);
    }

    private static MisuseEventArgs Twice(MisuseKind kind, Action misuse)
    {
        Assert.Equal(kind, Assert.Throws<FenceMisuseException>(misuse).Misuse.Kind);
        return Assert.Throws<FenceMisuseException>(misuse).Misuse;
    }

    private void Record(object? sender, MisuseEventArgs misuse)
    {
        lock (_lock)
        {
            _found.Add(misuse);
        }
    }
}
