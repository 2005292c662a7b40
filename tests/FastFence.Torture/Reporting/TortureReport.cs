using System.Text.Json.Serialization;
using FastFence.Torture.Cli;
using FastFence.Torture.Runs;
using FastFence.Torture.Workloads;

namespace FastFence.Torture.Reporting;

/// <summary>The results of a torture run.</summary>
internal sealed class TortureReport
{
    [JsonPropertyOrder(-1)]
    public required TortureOptions Options { get; init; }

    /// <summary>Time under load.</summary>
    public double Seconds { get; init; }

    /// <summary>Stopped by SIGINT or SIGTERM before its end.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Sum of <see cref="ViolationKinds"/>.</summary>
    public long Violations => ViolationKinds.Values.Sum();

    /// <summary>Violations by kind.</summary>
    public IReadOnlyDictionary<string, long> ViolationKinds { get; private set; } = new Dictionary<string, long>();

    /// <summary>The first few of each kind as they were seen.</summary>
    public IReadOnlyList<Sighting> Sightings { get; private set; } = [];

    /// <summary>Live slots of all engines after everything was let go.</summary>
    public long LiveAtEnd { get; set; }

    /// <summary>Slots and private data on limbo then.</summary>
    public long LimboAtEnd { get; set; }

    /// <summary>Most slots on the shared engine's limbo lists, looked at every 20 ms.</summary>
    public long LimboMax { get; set; }

    /// <summary>Their bound; what threads have staged comes on top.</summary>
    public long LimboBound { get; set; }

    /// <summary>What readers saw, by age: 0 current, 1 removed while they read, from 2 on too late; the last one is freed.</summary>
    public IReadOnlyList<long> Ages { get; private set; } = [];

    public IReadOnlyList<WorkloadReport> Workloads { get; private set; } = [];

    /// <summary>Workloads that made no round: they have proven nothing.</summary>
    public IReadOnlyList<string> Idle => [.. Workloads.Where(static w => w.Rounds == 0).Select(static w => w.Name)];

    /// <summary>The code that goes with it.</summary>
    [JsonIgnore]
    internal int ExitCode
    {
        get
        {
            bool clean = Violations == 0 && LiveAtEnd == 0 && LimboAtEnd == 0;
            if (Options.Unsafe)
            {
                return ViolationKinds.Count >= 2 ? TortureExitCodes.Violations : TortureExitCodes.Inconclusive;
            }

            return !clean ? TortureExitCodes.Violations : Idle.Count != 0 ? TortureExitCodes.Inconclusive : TortureExitCodes.Ok;
        }
    }

    /// <summary>Takes over what the run has gathered.</summary>
    internal void Fill(Ledger ledger, IReadOnlyList<Workload> workloads)
    {
        ViolationKinds = ledger.Counts;
        Sightings = ledger.Sightings;
        Workloads = [.. workloads.Select(static w => new WorkloadReport(w.Entry.Name, w.Entry.Faults, w.Rounds, w.Counters))];
        Ages = workloads.OfType<PipeWorkload>().FirstOrDefault()?.Histogram ?? [];
    }
}
