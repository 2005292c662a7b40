using System.CommandLine;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>dump</c> on the command line.</summary>
internal sealed class DumpVerb
{
    internal const string Examples = """
          fastfence dump crash.ffrec -o crash.pftrace            a file of run --record-file, or of FlightRecorder.Save
          fastfence dump crash.ffrec -o crash.dat                for trace-cmd report, KernelShark, GpuVis
          fastfence dump --pid 4711 -o now.pftrace               what a running process's recorder holds now
        """;

    private readonly Argument<string?> _recording = new("FILE.ffrec")
    {
        Description = "A recording: saved, or the mapped file of a process that runs, has ended or has died; left out: a running process's memory.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int?> _pid = PidOption.Create();

    private readonly Option<string> _output = TraceOption.CreateOutput();

    internal DumpVerb() => Command =
        new Command("dump", "Write what the flight recorder holds as a trace that a viewer opens; say in which callbacks threads are, or died.") { _recording, _pid, _output };

    internal Command Command { get; }

    internal DumpOptions Read(ParseResult result)
    {
        string output = result.GetRequiredValue(_output);
        string? recording = result.GetValue(_recording);
        int? pid = result.GetValue(_pid);
        if (recording != null && pid != null)
        {
            throw new UsageException($"dump: found a file ({recording}) and --pid {pid}; give one of them");
        }

        return new DumpOptions { Recording = recording, Pid = pid, Output = output, Format = TraceFormats.Of(output) };
    }
}
