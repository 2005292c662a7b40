using System.CommandLine;
using FastFence.Tool.Cli;
using FastFence.Torture.Aging;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Cli;

/// <summary>The child of the <c>pages</c> workload; not for people.</summary>
internal sealed class LateReaderVerb
{
    private readonly Option<string> _board = new("--board") { Required = true };
    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "How long.", 3600, 1);
    private readonly Option<ulong> _seed = OptionParsers.Seed("--seed", "Seed.", 1);
    private readonly Option<bool> _unsafe = new("--unsafe");
    private readonly Option<bool> _late = new("--late");

    internal LateReaderVerb() => Command = new Command("late-reader", "The child process of the workload 'pages'.")
    {
        _board, _seconds, _seed, _unsafe, _late,
    };

    internal Command Command { get; }

    internal int Execute(ParseResult result)
    {
        TortureOptions options = new()
        {
            Seconds = result.GetValue(_seconds),
            Seed = result.GetValue(_seed),
            Unsafe = result.GetValue(_unsafe),
        };
        return LateReaderProcess.Execute(options, result.GetRequiredValue(_board), result.GetValue(_late));
    }
}
