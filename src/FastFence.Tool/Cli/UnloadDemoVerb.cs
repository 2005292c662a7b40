using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo unload</c> on the command line.</summary>
internal sealed class UnloadDemoVerb
{
    internal const string Examples = """
          fastfence demo unload                               1000 exporters come and go under two observers
          fastfence demo unload --rounds 100 --observers 8 --fences 1024
          fastfence demo unload --json - | jq .unload_ns.p99
        """;

    private static readonly UnloadDemoOptions s_defaults = new();

    private static readonly Dictionary<string, UnloadDemoBreak> s_breakKinds = new(StringComparer.Ordinal)
    {
        ["early-free"] = UnloadDemoBreak.EarlyFree,
        ["swapped-names"] = UnloadDemoBreak.SwappedNames,
        ["keep-callbacks"] = UnloadDemoBreak.KeepCallbacks,
        ["stuck-reader"] = UnloadDemoBreak.StuckReader,
    };

    private readonly Option<int> _rounds = OptionParsers.Whole("--rounds", "Exporters that come and go.", 1, 1_000_000, s_defaults.Rounds);
    private readonly Option<int> _observers = OptionParsers.Whole("--observers", "Threads that read names and describe.", 1, 256, s_defaults.Observers);
    private readonly Option<int> _fences = OptionParsers.Whole("--fences", "Fences an exporter.", 8, 65_536, s_defaults.Fences);
    private readonly Option<int> _held = OptionParsers.Whole("--held", "Signaled fences an exporter that are held to the end.", 0, 4, s_defaults.Held);
    private readonly Option<double> _limit = OptionParsers.Positive("--limit", "Seconds an unload may take.", 86_400, s_defaults.Limit);

    private readonly Option<UnloadDemoBreak> _break = OptionParsers.Create("--break", "Take out one protection (for tests).", "KIND", UnloadDemoBreak.None,
        $"one of {string.Join(", ", s_breakKinds.Keys)}",
        static text => s_breakKinds.TryGetValue(text, out UnloadDemoBreak kind) ? kind : (UnloadDemoBreak?)null);

    private readonly Option<string?> _json = JsonOption.Create();

    internal UnloadDemoVerb()
    {
        _break.Hidden = true;
        Command = new Command("unload", "Unload exporters one after another while others read the names of their fences, sleep in their wait op and hold them for ever.")
        {
            _rounds, _observers, _fences, _held, _limit, _json, _break,
        };
    }

    internal Command Command { get; }

    internal UnloadDemoOptions Read(ParseResult result) => new()
    {
        Rounds = result.GetValue(_rounds),
        Observers = result.GetValue(_observers),
        Fences = result.GetValue(_fences),
        Held = result.GetValue(_held),
        Limit = result.GetValue(_limit),
        Json = result.GetValue(_json),
        Break = result.GetValue(_break),
    };
}
