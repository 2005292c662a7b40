using FastFence.Tool.Scenarios.Faults;

namespace FastFence.Tool.Scenarios;

/// <summary>A scenario: rounds of a short run, and why it cannot be played here, if it cannot.</summary>
internal sealed record ScenarioEntry(string Name, int Rounds, Func<string?>? Obstacle = null);

/// <summary>All scenarios, and which of them plays a fault of <c>faults.md</c>.</summary>
internal static class ScenarioList
{
    internal const string Every = "all";
    internal const string FaultsName = "faults";

    /// <summary>By name.</summary>
    internal static IReadOnlyList<ScenarioEntry> All { get; } =
    [
        new("kill", 5), new("hang", 10), new(FaultsName, 100), new("stop", 1), new("fuzz", 200), new("copy", 10_000),
        new("still-running", 2), new("error-codes", 2), new("callback-order", 10), new("teardown-inside", 5), new("poller-stalled", 1, static () => StalledPoller.Obstacle),
        new("stopped-producer", 3), new("host-exit", 1), new("long-batch", 1),
    ];

    /// <summary>Number of <c>faults.md</c>, the scenario that plays it, and its plan where that is <c>faults</c>.</summary>
    internal static IReadOnlyList<(int Number, string Scenario, string Plan)> Faults { get; } =
    [
        (13, FaultsName, "lost-interrupt,late-interrupt"), (23, "still-running", ""), (24, "hang", ""), (25, "error-codes", ""), (26, "callback-order", ""),
        (27, "teardown-inside", ""), (28, "poller-stalled", ""), (31, "kill", ""), (32, FaultsName, "word-jumps,word-goes-back,word-is-garbage"),
        (33, FaultsName, "late-write"), (34, "stopped-producer", ""), (39, FaultsName, "host-stopped,stopped"), (40, "host-exit", ""), (43, "long-batch", ""),
    ];

    /// <summary>What <c>--scenario</c> takes.</summary>
    internal static IReadOnlyList<string> Names { get; } = [.. All.Select(static s => s.Name), .. Faults.Select(static f => NameOf(f.Number)), Every];

    /// <summary>What a name stands for: scenarios, and a plan of its own or none.</summary>
    internal static (IEnumerable<ScenarioEntry> Entries, string Plan) Find(string name)
    {
        foreach ((int number, string scenario, string plan) in Faults)
        {
            if (name == NameOf(number))
            {
                return (All.Where(s => s.Name == scenario), plan);
            }
        }

        return (All.Where(s => name is Every || s.Name == name), string.Empty);
    }

    private static string NameOf(int fault) => $"fault-{fault}";
}
