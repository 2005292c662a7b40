using System.CommandLine;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>convert</c> on the command line.</summary>
internal sealed class ConvertVerb
{
    internal const string Examples = """
          fastfence convert capture.jobs.csv -o trace.pftrace    for ui.perfetto.dev
          fastfence convert capture.jobs.csv -o trace.dat        for trace-cmd report, KernelShark, GpuVis
          fastfence convert capture.csv -o trace.json            for chrome://tracing
        """;

    private readonly Argument<string> _capture = new("CAPTURE.csv")
    {
        Description = "A capture in the events form or the jobs form; its header line decides.",
    };

    private readonly Option<string> _output = TraceOption.CreateOutput();

    internal ConvertVerb() => Command =
        new Command("convert", "Write a GPU fence capture as a trace that a viewer opens.") { _capture, _output };

    internal Command Command { get; }

    internal ConvertOptions Read(ParseResult result)
    {
        string output = result.GetRequiredValue(_output);
        return new ConvertOptions { Capture = result.GetRequiredValue(_capture), Output = output, Format = TraceFormats.Of(output) };
    }
}
