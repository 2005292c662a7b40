using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo signals</c> on the command line.</summary>
internal sealed class SignalDemoVerb
{
    internal const string Examples = """
          fastfence demo signals                              a million signals, nobody asleep: no system call
          fastfence demo signals --sleepers 1000              one wake for each that somebody sleeps on
          strace -f -c -e trace=futex,membarrier fastfence demo signals
        """;

    private static readonly SignalDemoOptions s_defaults = new();

    private readonly Option<int> _signals = OptionParsers.Whole("--signals", "Fences to signal.", 1, 2_000_000, s_defaults.Signals);
    private readonly Option<int> _sleepers =
        OptionParsers.Whole("--sleepers", "How many of them a thread sleeps on.", 0, 100_000, s_defaults.Sleepers);

    private readonly Option<string?> _json = JsonOption.Create();

    internal SignalDemoVerb() =>
        Command = new Command("signals", "Signal a million fences and count the system calls that woke somebody.") { _signals, _sleepers, _json };

    internal Command Command { get; }

    internal SignalDemoOptions Read(ParseResult result)
    {
        int signals = result.GetValue(_signals);
        int sleepers = result.GetValue(_sleepers);
        return sleepers <= signals
            ? new SignalDemoOptions { Signals = signals, Sleepers = sleepers, Json = result.GetValue(_json) }
            : throw new UsageException($"--sleepers: found {sleepers}, expected at most the {signals} of --signals");
    }
}
