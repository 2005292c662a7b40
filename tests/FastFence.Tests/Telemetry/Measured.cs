using System.Diagnostics.Metrics;

namespace FastFence.Tests.Telemetry;

/// <summary>What a listener of the meter hears, as one line a series: <c>name{tag=value,…}</c>.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = [];
    private readonly Dictionary<string, List<double>> _histograms = [];
    private readonly Dictionary<string, string> _units = [];
    private readonly string _engine;

    /// <summary>Hears one engine, and what has no engine.</summary>
    public Measured(FenceEngine engine)
    {
        unsafe
        {
            _engine = engine.Block->Pools.Serial.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "FastFence")
            {
                _units[instrument.Name] = instrument.Unit ?? string.Empty;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Units by instrument.</summary>
    public IReadOnlyDictionary<string, string> Units => _units;

    /// <summary>Looks now.</summary>
    public Measured Look()
    {
        _values.Clear();
        _listener.RecordObservableInstruments();
        return this;
    }

    /// <summary>The value of a series as of the last look.</summary>
    public double this[string series] => _values.TryGetValue(series, out double value)
        ? value
        : throw new KeyNotFoundException($"{series} is not among {string.Join(" ", _values.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>Series of an instrument.</summary>
    public IReadOnlyList<string> SeriesOf(string instrument) =>
        [.. _values.Keys.Where(k => k == instrument || k.StartsWith(instrument + "{", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Values of a histogram since the beginning.</summary>
    public IReadOnlyList<double> Histogram(string name) => _histograms.TryGetValue(name, out List<double>? list) ? list : [];

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> shown = [];
        foreach ((string key, object? tag) in tags)
        {
            if (key != "fastfence.engine")
            {
                shown.Add($"{key}={tag}");
            }
            else if (!string.Equals(tag?.ToString(), _engine, StringComparison.Ordinal))
            {
                return;
            }
        }

        if (instrument is Histogram<double>)
        {
            if (!_histograms.TryGetValue(instrument.Name, out List<double>? list))
            {
                list = _histograms[instrument.Name] = [];
            }

            list.Add(value);
            return;
        }

        _values[shown.Count == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(",", shown)}}}"] = value;
    }
}
