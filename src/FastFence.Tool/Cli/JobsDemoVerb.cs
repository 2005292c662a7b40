using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo jobs</c> on the command line.</summary>
internal sealed class JobsDemoVerb
{
    internal const string Examples = """
          fastfence demo jobs                                 jobs that wait for each other, through five collections of 100 ms
          fastfence demo jobs --pauses 20 --pause-ms 300
        """;

    private static readonly JobsDemoOptions s_defaults = new();

    private readonly Option<int> _pauses = OptionParsers.Whole("--pauses", "Collections to force with each poller.", 1, 50, s_defaults.Pauses);
    private readonly Option<int> _milliseconds =
        OptionParsers.Whole("--pause-ms", "How long each is to stop the host at least.", 1, 1000, s_defaults.PauseMilliseconds);

    private readonly Option<string?> _json = JsonOption.Create();

    internal JobsDemoVerb() =>
        Command = new Command("jobs", "Jobs that wait for each other's fences, while the host collects garbage: the gap at the device, with both pollers.")
        {
            _pauses, _milliseconds, _json,
        };

    internal Command Command { get; }

    internal JobsDemoOptions Read(ParseResult result) => new()
    {
        Pauses = result.GetValue(_pauses),
        PauseMilliseconds = result.GetValue(_milliseconds),
        Json = result.GetValue(_json),
    };
}
