using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo await</c> on the command line.</summary>
internal sealed class AwaitDemoVerb
{
    internal const string Examples = """
          fastfence demo await                                10 000 awaits at once on 4 pool threads, 100 rounds
          fastfence demo await --awaits 100000 --rounds 20 --pool-threads 2
          fastfence demo await --json - | jq .managed_bytes_per_await
        """;

    private static readonly AwaitDemoOptions s_defaults = new();

    private static readonly Dictionary<string, AwaitDemoBreak> s_breakKinds = new(StringComparer.Ordinal)
    {
        ["signaled-before"] = AwaitDemoBreak.SignaledBefore,
        ["lose-await"] = AwaitDemoBreak.LoseAwait,
        ["garbage"] = AwaitDemoBreak.Garbage,
        ["more-threads"] = AwaitDemoBreak.MoreThreads,
        ["leak-fence"] = AwaitDemoBreak.LeakFence,
    };

    private readonly Option<int> _timelines =
        OptionParsers.Whole("--timelines", "Timelines, one a ring; two banks of them take turns.", 2, 4096, s_defaults.Timelines);

    private readonly Option<int> _awaits = OptionParsers.Whole("--awaits", "Awaits in flight at the same time.", 1, 1_000_000, s_defaults.Awaits);
    private readonly Option<int> _rounds = OptionParsers.Whole("--rounds", "Rounds that count.", 1, 1_000_000, s_defaults.Rounds);
    private readonly Option<int> _warmUp = OptionParsers.Whole("--warm-up", "Rounds before that do not count.", 0, 1_000_000, s_defaults.WarmUp);
    private readonly Option<int> _poolThreads =
        OptionParsers.Whole("--pool-threads", "Most threads of the thread pool.", 1, 1024, s_defaults.PoolThreads);

    private readonly Option<double> _limit =
        OptionParsers.Positive("--limit", "Seconds after which a round that has not ended is lost.", 86_400, s_defaults.Limit);

    private readonly Option<AwaitDemoBreak> _break = OptionParsers.Create("--break", "Break one promise (for tests).", "KIND", AwaitDemoBreak.None,
        $"one of {string.Join(", ", s_breakKinds.Keys)}",
        static text => s_breakKinds.TryGetValue(text, out AwaitDemoBreak kind) ? kind : (AwaitDemoBreak?)null);

    private readonly Option<string?> _json = JsonOption.Create();

    internal AwaitDemoVerb()
    {
        _break.Hidden = true;
        Command = new Command("await", "Await ten thousand pending fences at once on a few pool threads and one poller, round after round.")
        {
            _timelines, _awaits, _rounds, _warmUp, _poolThreads, _limit, _json, _break,
        };
    }

    internal Command Command { get; }

    internal AwaitDemoOptions Read(ParseResult result) => new()
    {
        Timelines = result.GetValue(_timelines),
        Awaits = result.GetValue(_awaits),
        Rounds = result.GetValue(_rounds),
        WarmUp = result.GetValue(_warmUp),
        PoolThreads = result.GetValue(_poolThreads),
        Limit = result.GetValue(_limit),
        Json = result.GetValue(_json),
        Break = result.GetValue(_break),
    };
}
