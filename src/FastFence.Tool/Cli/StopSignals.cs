using System.Runtime.InteropServices;

namespace FastFence.Tool.Cli;

/// <summary>Turns SIGINT and SIGTERM into a cancelled token while it lives; a later one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>
    /// A second signal this soon is the same wish: <c>timeout(1)</c> signals its child and then its whole group, so that the
    /// child gets SIGTERM twice.
    /// </summary>
    private static readonly TimeSpan s_sameWish = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private long _first = -1;

    internal StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            _first = _first < 0 ? now : _first;
            context.Cancel = now - _first < s_sameWish.TotalMilliseconds;
        }

        if (context.Cancel)
        {
            _stop.Cancel();
        }
    }
}
