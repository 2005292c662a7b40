using System.CommandLine;
using System.Globalization;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>replay</c> on the command line.</summary>
internal sealed class ReplayVerb
{
    internal const string Examples = """
          fastfence replay capture.jobs.csv                   at its own pace
          fastfence replay capture.csv --speed 10             ten times as fast
          fastfence replay capture.jobs.csv --speed max --json out.json
          fastfence replay capture.csv --speed max --trace replay.pftrace
        """;

    private readonly Argument<string> _capture = new("CAPTURE.csv")
    {
        Description = "A capture in the events form or the jobs form; its header line decides.",
    };

    private readonly Option<ReplaySpeed> _speed = OptionParsers.Create("--speed", "How fast: a factor of the capture's own pace, or max.",
        "N|max", ReplaySpeed.Own,
        string.Create(CultureInfo.InvariantCulture, $"max, or a number from {ReplaySpeed.Lowest} to {ReplaySpeed.Highest}"),
        static text => ReplaySpeed.TryParse(text, out ReplaySpeed speed) ? speed : (ReplaySpeed?)null);

    private readonly Option<string?> _trace = TraceOption.Create("Record the replay and write it as a trace; the ending says the format.");

    private readonly Option<string?> _json = JsonOption.Create();

    internal ReplayVerb() => Command =
        new Command("replay", "Play a GPU fence capture and compare what signals with what it recorded.") { _capture, _speed, _trace, _json };

    internal Command Command { get; }

    internal ReplayOptions Read(ParseResult result) => new()
    {
        Capture = result.GetRequiredValue(_capture),
        Speed = result.GetValue(_speed),
        Trace = TraceOption.Checked(result.GetValue(_trace)),
        Json = result.GetValue(_json),
    };
}
