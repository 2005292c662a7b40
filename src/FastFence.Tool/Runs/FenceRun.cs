using FastFence.NativeSim;
using FastFence.Platform;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Runs;

/// <summary>
/// One run: warm-up, measure, stop, tear down, judge. Submitters end first, then the drivers' thread; observers end when the
/// last fence is signaled, so that none is stopped in a wait.
/// </summary>
internal sealed class FenceRun : IDisposable
{
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(20);

    private readonly RunOptions _options;
    private readonly FenceEngine _engine;
    private readonly IRunDevice _device;
    private readonly ContextTable _contexts = new();
    private readonly ViolationTally _tally = new();
    private readonly RunClock _clock = new();
    private readonly Mailbox[] _mailboxes;
    private readonly Submitter[] _submitters;
    private readonly Observer[] _observers;
    private readonly DriverFleet _fleet;
    private readonly GraceTimer _grace;
    private readonly Sabotage _sabotage;
    private readonly long _misusesBefore = CheckedMode.MisuseCount;

    internal FenceRun(RunOptions options)
    {
        _options = options;
        _engine = new FenceEngine(new FenceEngineOptions { PollerKind = KindOf(options.Poller), Recording = options.Record });
        NameCheck names = new(_contexts, _tally);
        _device = CreateDevice(options);
        _device.Start(); // one in a process of its own is to be there before anybody emits
        _sabotage = new Sabotage(options.Break, names, _tally);
        _fleet = new DriverFleet(_engine, _device, _contexts, options);
        _grace = new GraceTimer(_clock, options.Seconds);
        _mailboxes = [.. Enumerable.Range(0, options.Submitters).Select(_ => new Mailbox())];
        _submitters = [.. _mailboxes.Select(m => new Submitter(_fleet, _clock, names, _tally, m))];
        _observers = [.. Enumerable.Range(0, options.Observers)
            .Select(i => new Observer(i, options.Seed, _clock, names, _contexts, _tally, _mailboxes))];
    }

    private static IRunDevice CreateDevice(RunOptions options)
    {
        if (options.Device == DeviceChoice.Threads)
        {
            return new ThreadDevice(options.Engines);
        }

        // Twice over and more: a closed driver's places come back when its fences are reclaimed.
        int rings = options.Exporters * (DriverFleet.TimelinesOf(options) - 1);
        return new ProcessDevice(new ProcessGpuOptions
        {
            Engines = options.Engines,
            Rings = Math.Max(32, 4 * rings),
            Capacity = Driver.RingCapacity,
            StartProcess = options.Device == DeviceChoice.Process,
            QuietLimit = TimeSpan.FromSeconds(5),
            Announced = options.Device == DeviceChoice.Manual ? static path => Console.Error.WriteLine($"waiting for: fastfence device {path}") : null,
        });
    }

    private static PollerKind KindOf(PollerChoice choice) => choice switch
    {
        PollerChoice.Native => PollerKind.Native,
        PollerChoice.Managed => PollerKind.Managed,
        _ => PollerKind.Auto,
    };

    /// <summary>Runs to the end, or until stopped; the report is complete.</summary>
    internal RunReport Execute(ProgressLine progress, CancellationToken stop)
    {
        _engine.Notified += OnNotified;
        Worker[] emitting = [.. _submitters.Select((s, i) => new Worker($"submitter {i}", s.Run)),
            new Worker("drivers", () => _fleet.Run(_clock, _sabotage)), new Worker("grace timer", _grace.Run)];
        Worker[] observing = [.. _observers.Select((o, i) => new Worker($"observer {i}", o.Run))];
        Worker[] all = [.. emitting, .. observing];
        bool Ends(int milliseconds) => stop.WaitHandle.WaitOne(milliseconds) || Array.Exists(all, w => w.HasFault);
        Array.ForEach(all, w => w.Start());

        // Until the JIT has compiled the loops for good, and the slabs of a steady state are taken.
        Ends((int)(1000 * Math.Clamp(_options.Seconds / 4, 0.2, 1.5)));
        RunMeasurement measurement = new(_engine, progress, _grace, ReadFigures);
        TimeSpan? device = _device.ProcessorTime;
        _clock.IsMeasuring = true;
        measurement.Run(_options.Seconds, Ends);
        _clock.IsMeasuring = false;
        RunReport report = new()
        {
            Options = _options,
            Interrupted = stop.IsCancellationRequested,
            DeviceProcessorSeconds = (_device.ProcessorTime - device)?.TotalSeconds,
        };
        long end = MonotonicClock.Nanoseconds;
        Finish(emitting, observing);
        measurement.AddTo(report);
        _fleet.Lives.AddTo(report, _clock, end);
        Judge(report);
        report.GracePeriodNs = _grace.Recorder.Summarize();
        _tally.AddTo(report);
        return report;
    }

    public void Dispose()
    {
        _clock.Dispose();
        _engine.Dispose();
        _device.Dispose();
        Array.ForEach(_observers, o => o.Dispose());
        Array.ForEach(_mailboxes, m => m.Dispose());
        _contexts.Dispose();
    }

    private RunFigures ReadFigures() => RunFigures.Read(_engine, _fleet, _submitters, _observers, _sabotage);

    private void Finish(Worker[] emitting, Worker[] observing)
    {
        _clock.Stop();
        Array.ForEach(emitting, w => w.Join());
        _fleet.CloseAll(_sabotage);
        _clock.ObserversEnd = true;
        Array.ForEach(observing, w => w.Join());
        _engine.Barrier(s_settleLimit);
    }

    private void Judge(RunReport report)
    {
        RunFigures end = ReadFigures();
        EngineStatistics engine = end.Engine;
        _tally.Add(ViolationKind.Misuse, CheckedMode.MisuseCount - _misusesBefore);
        report.LiveAtEnd = engine.FencesLive + engine.CallbackNodesLive;
        report.LimboAtEnd = engine.Limbo + engine.PrivateDataRetired;
        _tally.Add(ViolationKind.CallbackLost, Math.Abs(end.CallbacksAdded - end.CallbacksRun - end.CallbacksRemoved));
        _tally.Add(ViolationKind.CallbackThrown, engine.CallbacksThrown);
        _tally.Add(ViolationKind.LeakedFence, report.LiveAtEnd);
        _tally.Add(ViolationKind.NeverSignaled, Math.Abs(engine.FencesCreated - engine.FencesSignaled));
        _tally.Add(ViolationKind.PoisonBroken, engine.PoisonBroken);
        _tally.Add(ViolationKind.SlotLost, engine.SlotsLost);
        _tally.Add(ViolationKind.LostWake, engine.LostWakes);
    }

    private void OnNotified(object? sender, FenceEngineNotificationEventArgs e)
    {
        ViolationKind? kind = e.Kind switch
        {
            NotificationKind.WatchdogFired => ViolationKind.WatchdogFired,
            NotificationKind.RingFaulted => ViolationKind.RingFaulted,
            NotificationKind.PollerStalled or NotificationKind.PollerReplaced => ViolationKind.PollerStalled,
            _ => null, // late readers are what a loaded machine does to any thread; throwing callbacks are counted by the engine
        };
        if (e.Misuse != null)
        {
            Console.Error.WriteLine(e.Message); // counted by the library, repeated ones too
        }

        if (kind is { } k)
        {
            _tally.Add(k);
            Console.Error.WriteLine(e.Message);
        }
    }
}
