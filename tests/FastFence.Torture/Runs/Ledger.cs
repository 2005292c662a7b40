using System.Diagnostics;
using System.Globalization;
using FastFence.Platform;

namespace FastFence.Torture.Runs;

/// <summary>Counts violations by kind and keeps the first few of each as they were seen. Any thread.</summary>
internal sealed class Ledger
{
    /// <summary>Sightings kept of each kind: one shows what, five show whether it is always the same.</summary>
    private const int Kept = 5;

    private readonly Lock _lock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<Sighting> _sightings = [];

    /// <summary>Counts by kind, sorted by name.</summary>
    internal IReadOnlyDictionary<string, long> Counts
    {
        get
        {
            lock (_lock)
            {
                return new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>The sightings kept, in the order in which they came.</summary>
    internal IReadOnlyList<Sighting> Sightings
    {
        get
        {
            lock (_lock)
            {
                return [.. _sightings];
            }
        }
    }

    /// <summary>Notes a violation seen on the calling thread.</summary>
    internal void Report(string kind, string workload, string detail, long? age = null, ulong? poison = null) =>
        Add(new Sighting(
            kind,
            workload,
            Thread.CurrentThread.Name ?? "unnamed",
            CurrentThread.Id,
            age,
            poison is { } word ? string.Create(CultureInfo.InvariantCulture, $"0x{word:X16}") : null,
            (long)Stopwatch.GetElapsedTime(_start).TotalMilliseconds,
            detail));

    /// <summary>Notes a violation that another thread, or a child process, has seen.</summary>
    internal void Report(string kind, string workload, string detail, string thread, int threadId, long? age, string? poison) =>
        Add(new Sighting(kind, workload, thread, threadId, age, poison, (long)Stopwatch.GetElapsedTime(_start).TotalMilliseconds, detail));

    private void Add(Sighting sighting)
    {
        lock (_lock)
        {
            long count = _counts.GetValueOrDefault(sighting.Kind) + 1;
            _counts[sighting.Kind] = count;
            if (count <= Kept)
            {
                _sightings.Add(sighting);
            }
        }
    }
}
