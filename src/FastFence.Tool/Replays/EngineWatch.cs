using FastFence.Tool.Reporting;

namespace FastFence.Tool.Replays;

/// <summary>Counts and prints what the engine had to report.</summary>
internal sealed class EngineWatch(TextWriter writer)
{
    private readonly Dictionary<NotificationKind, long> _kinds = [];

    internal void OnNotified(object? sender, FenceEngineNotificationEventArgs e)
    {
        lock (_kinds)
        {
            _kinds[e.Kind] = _kinds.GetValueOrDefault(e.Kind) + 1;
            writer.WriteLine($"engine: {e.Message}");
        }
    }

    /// <summary>Adds those that mean a broken promise; a slow machine or a refused page lock breaks none.</summary>
    internal void Fill(Report report)
    {
        lock (_kinds)
        {
            report.AddViolations("ring-faulted", _kinds.GetValueOrDefault(NotificationKind.RingFaulted));
            report.AddViolations("watchdog-fired", _kinds.GetValueOrDefault(NotificationKind.WatchdogFired));
            report.AddViolations("callback-faulted", _kinds.GetValueOrDefault(NotificationKind.CallbackFaulted));
            report.AddViolations("held-at-dispose", _kinds.GetValueOrDefault(NotificationKind.HeldAtDispose));
        }
    }
}
