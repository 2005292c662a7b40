using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>report</c> on the command line.</summary>
internal sealed class ReportVerb
{
    internal const string Examples = """
          fastfence run --seconds 30 --json run.json
          fastfence report run.json -o report.html               one page: open it, print it, send it
        """;

    private readonly Argument<string> _run = new("RUN.json")
    {
        Description = "What run --json wrote.",
    };

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The page to write.",
        HelpName = "FILE.html",
        Required = true,
    };

    internal ReportVerb() => Command =
        new Command("report", "Make a page of a run: histograms, percentiles, throughput, grace periods, limbo and timelines.") { _run, _output };

    internal Command Command { get; }

    internal ReportOptions Read(ParseResult result) => new()
    {
        Run = result.GetRequiredValue(_run),
        Output = result.GetRequiredValue(_output),
    };
}
