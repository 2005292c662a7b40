using FastFence.Tool.Cli;

namespace FastFence.Tool.Runs;

/// <summary>
/// Breaks one protection once, in the run's own load and past the run's own detectors: <c>run --break</c> proves that they are
/// live. The thread that closes drivers calls it.
/// </summary>
internal sealed class Sabotage(BreakKind kind, NameCheck names, ViolationTally tally)
{
    private bool _done = kind == BreakKind.None;

    /// <summary>Its own callbacks: one is counted as added and never is, when that is what is broken.</summary>
    internal WorkerCounters Counters { get; } = new();

    /// <summary>Breaks what needs a living driver.</summary>
    internal void BeforeClose(Driver driver)
    {
        if (_done || kind == BreakKind.ReadLate)
        {
            return;
        }

        if (!driver.Timeline.TryCreateFence(out FenceSource source))
        {
            return;
        }

        _done = true;
        switch (kind)
        {
            case BreakKind.DropCallback:
                WorkerCounters.Count(ref Counters.CallbacksAdded);
                break;
            case BreakKind.SignalTwice:
                SignalCheck.Signal(source, driver.Exporter, tally);
                SignalCheck.Signal(source, driver.Exporter, tally);
                break;
            case BreakKind.LeakFence:
                _done = source.Fence.TryAcquire(out _); // and nobody will dispose it
                break;
            case BreakKind.Misuse:
#pragma warning disable FF0004 // the misuse that checked mode is to find; safe, since this thread is the one that closes the driver
                _ = default(AccessView).DriverName(source.Fence).Length;
#pragma warning restore FF0004
                break;
            default:
                names.Read(source.Fence, swapped: true);
                break;
        }

        source.Signal();
        source.Dispose();
    }

    /// <summary>Reads the private data of a driver that is gone.</summary>
    internal void AfterClose(Driver driver)
    {
        if (!_done && kind == BreakKind.ReadLate)
        {
            _done = true;
            nint name = DriverMemory.NameAt(driver.Memory, 0);
            names.Judge(name, name);
        }
    }
}
