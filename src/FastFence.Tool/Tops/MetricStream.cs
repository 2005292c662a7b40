using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using FastFence.Tool.Attaching;
using FastFence.Tool.Cli;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace FastFence.Tool.Tops;

/// <summary>
/// The meter and the rare events of a running process, over its diagnostics port. Other listeners may be there: the session of metrics is
/// the shared one.
/// </summary>
internal sealed class MetricStream : IDisposable
{
    private const string MetricsProvider = "System.Diagnostics.Metrics";
    private const string Meter = "FastFence";
    private const int MostSeries = 4000;

    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(2);

    private readonly EventPipeSession _session;
    private readonly Thread _thread;
    private readonly BlockingCollection<Snapshot> _snapshots = [];
    private List<Series> _series = [];
    private List<string> _events = [];
    private int _number;
    private string? _error;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="UsageException">The process does not let us.</exception>
    internal MetricStream(int pid)
    {
        _session = DiagnosticPort.Start(
            pid,
            new EventPipeProvider(MetricsProvider, EventLevel.Informational, 2, new Dictionary<string, string>
            {
                ["SessionId"] = "SHARED",
                ["ClientId"] = Guid.NewGuid().ToString(),
                ["Metrics"] = Meter,
                ["RefreshInterval"] = "1",
                ["MaxTimeSeries"] = MostSeries.ToString(CultureInfo.InvariantCulture),
                ["MaxHistograms"] = "20",
            }),
            new EventPipeProvider(Meter, EventLevel.Warning, 1));
        _thread = new Thread(Listen) { IsBackground = true, Name = "events" };
        _thread.Start();
    }

    /// <summary>The next snapshot, about one a second; null when the process has ended.</summary>
    /// <exception cref="UsageException">The process refused to be measured.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    internal Snapshot? Next(CancellationToken stop)
    {
        bool there = _snapshots.TryTake(out Snapshot? snapshot, Timeout.Infinite, stop);
        return there ? snapshot : _error == null ? null : throw new UsageException(_error);
    }

    /// <summary>Ends the session; waits no longer than a moment for a process that does not answer.</summary>
    public void Dispose()
    {
        Task stop = Task.Run(() =>
        {
            try
            {
                _session.Stop();
            }
            catch (Exception e) when (e is DiagnosticsClientException or IOException or TimeoutException or ObjectDisposedException)
            {
                // it has ended: so has the session
            }
        });
        stop.Wait(s_stopLimit);
        _session.Dispose();
        if (_thread.Join(s_stopLimit))
        {
            _snapshots.Dispose();
        }
    }

    private void Listen()
    {
        try
        {
            using EventPipeEventSource source = new(_session.EventStream);
            source.Dynamic.All += Take;
            source.Process();
        }
        catch (Exception e) when (e is IOException or FormatException or ObjectDisposedException or InvalidOperationException)
        {
            // the process ended in the middle of a block
        }
        finally
        {
            _snapshots.CompleteAdding();
        }
    }

    private void Take(TraceEvent e)
    {
        if (e.ProviderName == Meter)
        {
            if (e.PayloadNames.Contains("message") || e.PayloadNames.Contains("report"))
            {
                _events.Add(string.Create(CultureInfo.InvariantCulture, $"{e.TimeStamp:HH:mm:ss} {e.EventName}: {e.PayloadByName(e.PayloadNames[^1])}"));
            }

            return;
        }

        switch (e.EventName)
        {
            case "Collection/Stop" or "CollectionStop": // TraceEvent takes the word for an opcode
                _snapshots.Add(new Snapshot { Number = _number++, Series = _series, Events = _events });
                _series = [];
                _events = [];
                break;
            case "CounterRateValuePublished" or "UpDownCounterRateValuePublished":
                Add(e, Number(e, "value"), e.EventName[0] == 'C' ? Number(e, "rate") : double.NaN, []);
                break;
            case "GaugeValuePublished":
                Add(e, Number(e, "lastValue"), double.NaN, []);
                break;
            case "HistogramValuePublished":
                Add(e, Number(e, "count"), double.NaN, Percentiles((string)e.PayloadByName("quantiles")));
                break;
            case "Error" or "MultipleSessionsNotSupportedError" or "MultipleSessionsConfiguredIncorrectlyError":
                _error = $"--pid: the process does not share its metrics: {e.EventName}; another tool listens with other settings, end it";
                _snapshots.CompleteAdding();
                break;
        }
    }

    private void Add(TraceEvent e, double value, double rate, Dictionary<string, double> percentiles)
    {
        if ((string)e.PayloadByName("meterName") == Meter && !double.IsNaN(value))
        {
            _series.Add(new Series((string)e.PayloadByName("instrumentName"), Tags((string)e.PayloadByName("tags")), value, rate, percentiles));
        }
    }

    // What stands empty is not known yet: the rate of a first interval.
    private static double Number(TraceEvent e, string field) => Convert.ToString(e.PayloadByName(field), CultureInfo.InvariantCulture) is { Length: > 0 } text
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN;

    /// <summary>"a=1,b=2" as the runtime writes tags: commas and equal signs in values are not escaped, so what has no key belongs to the value before.</summary>
    internal static Dictionary<string, string> Tags(string text)
    {
        Dictionary<string, string> tags = [];
        string? key = null;
        foreach (string part in text.Split(',', StringSplitOptions.None))
        {
            int equal = part.IndexOf('=', StringComparison.Ordinal);
            if (equal > 0 && IsKey(part.AsSpan(0, equal)))
            {
                key = part[..equal];
                tags[key] = part[(equal + 1)..];
            }
            else if (key != null)
            {
                tags[key] += "," + part;
            }
        }

        return tags;
    }

    private static bool IsKey(ReadOnlySpan<char> key) =>
        key.StartsWith("fastfence.") || key.StartsWith("thread.") || key.SequenceEqual("error.type");

    /// <summary>"0.5=1.2E-05;0.95=3;0.99=4".</summary>
    internal static Dictionary<string, double> Percentiles(string text)
    {
        Dictionary<string, double> percentiles = [];
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is [var key, var value] && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            {
                percentiles[key] = number;
            }
        }

        return percentiles;
    }
}
