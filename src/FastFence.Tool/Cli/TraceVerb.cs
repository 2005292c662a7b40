using System.CommandLine;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>trace</c> on the command line.</summary>
internal sealed class TraceVerb
{
    internal const string Examples = """
          fastfence trace -o trace.pftrace                        five seconds of the one process that has FastFence
          fastfence trace --pid 4711 --seconds 1 -o trace.dat     for trace-cmd report, KernelShark, GpuVis
          fastfence trace --records 4000000 -o trace.json         more of a busy one
        """;

    private static readonly TraceOptions s_defaults = new() { Output = string.Empty, Format = default };

    private readonly Option<int?> _pid = PidOption.Create();
    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "How long to trace.", 86_400, s_defaults.Seconds);
    private readonly Option<int> _records = OptionParsers.Whole(
        "--records", "Stop earlier when there are so many records; a busy process makes ten million a second.", 1000, 100_000_000, s_defaults.Records);

    private readonly Option<string> _output = TraceOption.CreateOutput();

    internal TraceVerb() => Command =
        new Command("trace", "Trace a running process: what its flight recorder records from now on, without disturbing it.") { _pid, _seconds, _records, _output };

    internal Command Command { get; }

    internal TraceOptions Read(ParseResult result)
    {
        string output = result.GetRequiredValue(_output);
        return new TraceOptions
        {
            Pid = result.GetValue(_pid),
            Seconds = result.GetValue(_seconds),
            Records = result.GetValue(_records),
            Output = output,
            Format = TraceFormats.Of(output),
        };
    }
}
