using System.CommandLine;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>dump</c> on the command line.</summary>
internal sealed class DumpVerb
{
    internal const string Examples = """
          fastfence dump crash.ffrec -o crash.pftrace            a file of run --record-file, or of FlightRecorder.Save
          fastfence dump crash.ffrec -o crash.dat                for trace-cmd report, KernelShark, GpuVis
        """;

    private readonly Argument<string> _recording = new("FILE.ffrec")
    {
        Description = "A recording: saved, or the mapped file of a process that runs, has ended or has died.",
    };

    private readonly Option<string> _output = TraceOption.CreateOutput();

    internal DumpVerb() => Command =
        new Command("dump", "Write what the flight recorder holds as a trace that a viewer opens.") { _recording, _output };

    internal Command Command { get; }

    internal DumpOptions Read(ParseResult result)
    {
        string output = result.GetRequiredValue(_output);
        return new DumpOptions { Recording = result.GetRequiredValue(_recording), Output = output, Format = TraceFormats.Of(output) };
    }
}
