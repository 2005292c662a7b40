using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo takeover</c> on the command line.</summary>
internal sealed class TakeoverDemoVerb
{
    internal const string Examples = """
          fastfence demo takeover                             20 native pollers are stopped while a device goes on
          fastfence demo takeover --takeovers 100 --limit-ms 1000
        """;

    private static readonly TakeoverDemoOptions s_defaults = new();

    private readonly Option<int> _takeovers = OptionParsers.Whole("--takeovers", "Native pollers to stop, one after the other.", 1, 1000, s_defaults.Takeovers);
    private readonly Option<int> _limit = OptionParsers.Whole("--limit-ms", "The heartbeat limit.", 100, 2000, s_defaults.LimitMilliseconds);

    private readonly Option<string?> _json = JsonOption.Create();

    internal TakeoverDemoVerb() =>
        Command = new Command("takeover", "Native pollers stop dead while a device goes on: no fence is lost, none signals twice, none is late by more than the heartbeat limit.")
        {
            _takeovers, _limit, _json,
        };

    internal Command Command { get; }

    internal TakeoverDemoOptions Read(ParseResult result) => new()
    {
        Takeovers = result.GetValue(_takeovers),
        LimitMilliseconds = result.GetValue(_limit),
        Json = result.GetValue(_json),
    };
}
