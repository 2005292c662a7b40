using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Demos;

/// <summary>What <c>demo await</c> found.</summary>
internal sealed class AwaitReport : JudgedReport
{
    /// <summary>From here on an await counts as allocating.</summary>
    private const double MostBytesPerAwait = 0.1;

    // The runtime's own in a few seconds: 1 to 3 KB were seen, whatever the number of awaits.
    private const long OfTheRuntime = 8192;

    public required AwaitDemoOptions Options { get; init; }

    public bool Interrupted { get; init; }

    public int RoundsDone { get; init; }

    public double Seconds { get; init; }

    /// <summary>Awaits begun in the rounds that count.</summary>
    public long Awaits { get; init; }

    /// <summary>Those that suspended their method.</summary>
    public long AwaitsSuspended { get; init; }

    /// <summary>Awaits that ended in the rounds that count.</summary>
    public long AwaitsCompleted { get; init; }

    /// <summary>Suspended at the same time, in the round with the fewest.</summary>
    public long AwaitsInFlight { get; init; }

    public double AwaitsPerSecond => Seconds > 0 ? AwaitsCompleted / Seconds : 0;

    /// <summary>Bytes that all threads of the process allocated in the rounds that count.</summary>
    public long ManagedBytes { get; init; }

    public double ManagedBytesPerAwait => ManagedBytes / (double)Math.Max(1, AwaitsCompleted);

    /// <summary>Most threads the pool had, as it counts them itself.</summary>
    public int PoolThreads { get; init; }

    /// <summary>Threads on which awaiting methods went on.</summary>
    public int ContinuationThreads { get; init; }

    /// <summary>Pollers among <see cref="Threads"/>.</summary>
    public int Pollers { get; set; }

    /// <summary>Threads of the process by name, as the system counts them.</summary>
    public SortedDictionary<string, int> Threads { get; set; } = [];

    /// <summary>From the release of a round's jobs to the last method's next await.</summary>
    public LatencySummary RoundNs { get; init; } = LatencySummary.Empty;

    /// <summary>Fences and callback nodes in use after the last await.</summary>
    public long LiveAtEnd { get; set; }

    [JsonIgnore]
    internal bool Allocates => ManagedBytesPerAwait >= MostBytesPerAwait && ManagedBytes >= OfTheRuntime;

    /// <summary>As JSON text, with a newline at its end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, AwaitJson.Default.AwaitReport) + "\n";
}

/// <summary>JSON of the report, in the other reports' style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AwaitReport))]
internal sealed partial class AwaitJson : JsonSerializerContext;
