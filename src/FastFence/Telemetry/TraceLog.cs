namespace FastFence.Telemetry;

/// <summary>A trace as every export needs it: records in order of time, the names and threads they speak of. Not thread-safe.</summary>
internal sealed class TraceLog
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<TraceEvent> _events = [];
    private readonly SortedDictionary<int, TraceThread> _threads = [];
    private bool _sorted = true;

    /// <summary>Most names a log takes: a trace that needs more is one whose names are not a set (<c>DynamicNames</c>).</summary>
    public const int MaxNames = 1 << 20;

    /// <summary>Highest CPU number: Perfetto drops a bundle of a CPU beyond.</summary>
    public const uint MaxCpu = 1023;

    /// <summary>Process whose trace it is; 0 when there are several.</summary>
    public int Pid { get; init; }

    /// <summary>Its name.</summary>
    public string ProcessName { get; init; } = "fastfence";

    /// <summary>Records that were overwritten before they could be read.</summary>
    public long Lost { get; set; }

    /// <summary>The names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The threads, by number.</summary>
    public IReadOnlyCollection<TraceThread> Threads => _threads.Values;

    /// <summary>The records, oldest first; those of one time in the order in which they were added.</summary>
    public IReadOnlyList<TraceEvent> Events
    {
        get
        {
            if (!_sorted)
            {
                Sort();
            }

            return _events;
        }
    }

    /// <summary>The index of a name.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxNames"/> names already.</exception>
    public int Intern(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_ids.TryGetValue(name, out int id))
        {
            return id;
        }

        if (_names.Count == MaxNames)
        {
            throw new InvalidOperationException($"A trace has room for {MaxNames} names and this one has more: '{name}' is the first too many.");
        }

        _names.Add(name);
        return _ids[name] = _names.Count - 1;
    }

    /// <summary>Adds a thread; one of the same number is replaced.</summary>
    public void Add(TraceThread thread) => _threads[thread.Tid] = thread;

    /// <summary>Adds a record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A name index is not this log's, the time is negative, or the CPU is not in 0…1023.</exception>
    public void Add(in TraceEvent e)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(e.TimeNs);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)e.Driver, (uint)_names.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)e.Timeline, (uint)_names.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)e.Cpu, MaxCpu);
        _sorted &= _events.Count == 0 || _events[^1].TimeNs <= e.TimeNs;
        _events.Add(e);
    }

    // Stable: signals of one batch carry one time, and their order is the timeline's.
    private void Sort()
    {
        TraceEvent[] sorted = [.. _events.OrderBy(static e => e.TimeNs)];
        _events.Clear();
        _events.AddRange(sorted);
        _sorted = true;
    }
}
