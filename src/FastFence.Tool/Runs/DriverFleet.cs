using FastFence.Tool.Cli;

namespace FastFence.Tool.Runs;

/// <summary>The drivers of a run. One thread replaces one of them every 200 ms while the others emit on it.</summary>
internal sealed class DriverFleet
{
    private const int LifeMilliseconds = 200;

    private readonly FenceEngine _engine;
    private readonly IRunDevice _device;
    private readonly ContextTable _contexts;
    private readonly Driver[] _drivers;
    private readonly int _timelines;
    private long _serial;
    private long _closed;

    internal DriverFleet(FenceEngine engine, IRunDevice device, ContextTable contexts, RunOptions options)
    {
        _engine = engine;
        _device = device;
        _contexts = contexts;
        _timelines = TimelinesOf(options);
        _drivers = new Driver[options.Exporters];
        for (int i = 0; i < _drivers.Length; i++)
        {
            _drivers[i] = Open(i);
        }
    }

    /// <summary>Timelines of each driver, its software timeline included.</summary>
    internal static int TimelinesOf(RunOptions options) => Math.Max(2, (options.Timelines + options.Exporters - 1) / options.Exporters);

    /// <summary>When each of their timelines lived.</summary>
    internal TimelineLives Lives { get; } = new();

    /// <summary>How many there are at any time.</summary>
    internal int Count => _drivers.Length;

    /// <summary>Opened so far.</summary>
    internal long Opened => Volatile.Read(ref _serial);

    /// <summary>Closed so far.</summary>
    internal long Closed => Volatile.Read(ref _closed);

    /// <summary>The driver in a place now; it may be closed by the time it is used, which is the point.</summary>
    internal Driver this[int index] => Volatile.Read(ref _drivers[index]);

    /// <summary>Replaces one driver after another until told to stop.</summary>
    internal void Run(RunClock clock, Sabotage sabotage)
    {
        for (int i = 0; !clock.Sleep(LifeMilliseconds); i = (i + 1) % _drivers.Length)
        {
            Driver old = _drivers[i];
            sabotage.BeforeClose(old);
            Volatile.Write(ref _drivers[i], Open(i));
            Close(old);
            sabotage.AfterClose(old);
        }
    }

    /// <summary>Closes all, after the submitters have ended.</summary>
    internal void CloseAll(Sabotage sabotage)
    {
        foreach (Driver driver in _drivers)
        {
            sabotage.BeforeClose(driver);
            Close(driver);
            sabotage.AfterClose(driver);
        }
    }

    private Driver Open(int place)
    {
        Driver driver = new(_engine, _device, _contexts, Interlocked.Increment(ref _serial), _timelines);
        Lives.Opened(driver, place);
        return driver;
    }

    private void Close(Driver driver)
    {
        Lives.Closed(driver);
        driver.Exporter.Close();
        Lives.Closed(driver);
        Interlocked.Increment(ref _closed);
    }
}
