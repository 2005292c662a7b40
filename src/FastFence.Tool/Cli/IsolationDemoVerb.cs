using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo isolation</c> on the command line.</summary>
internal sealed class IsolationDemoVerb
{
    internal const string Examples = """
          fastfence demo isolation                            the device in this process, in its own, and with the native poller
          fastfence demo isolation --seconds 20 --gc-load 500
        """;

    private static readonly IsolationDemoOptions s_defaults = new();

    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "How long each setting is measured.", 3600, s_defaults.Seconds);
    private readonly Option<double> _gcLoad = OptionParsers.Positive("--gc-load", "What the host allocates meanwhile, MB/s.", 100_000, s_defaults.GcLoad);
    private readonly Option<string?> _json = JsonOption.Create();

    internal IsolationDemoVerb() =>
        Command = new Command("isolation", "Jobs that are due at known times, while the host collects garbage: how late their fences are, by where device and poller run.")
        {
            _seconds, _gcLoad, _json,
        };

    internal Command Command { get; }

    internal IsolationDemoOptions Read(ParseResult result) => new()
    {
        Seconds = result.GetValue(_seconds),
        GcLoad = result.GetValue(_gcLoad),
        Json = result.GetValue(_json),
    };
}
