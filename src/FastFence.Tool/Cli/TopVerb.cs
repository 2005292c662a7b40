using System.CommandLine;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>top</c> on the command line.</summary>
internal sealed class TopVerb
{
    internal const string Examples = """
          fastfence top                                       the one process that has FastFence, until Ctrl-C
          fastfence top --pid 4711
          fastfence top --once --json                         one second, for scripts
        """;

    private readonly Option<int?> _pid = PidOption.Create();

    private readonly Option<bool> _once = new("--once") { Description = "Show one interval and end." };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "With --once: write every figure as JSON to FILE, or to standard output.",
        HelpName = "FILE|-",
        Arity = ArgumentArity.ZeroOrOne,
    };

    internal TopVerb() => Command = new Command("top", "Watch a running process: rates, latencies, late readers, timelines.") { _pid, _once, _json };

    internal Command Command { get; }

    internal TopOptions Read(ParseResult result)
    {
        bool json = result.GetResult(_json) != null, once = result.GetValue(_once);
        return json && !once
            ? throw new UsageException("--json: found without --once, expected both: JSON is of one interval")
            : new TopOptions
            {
                Pid = result.GetValue(_pid),
                Once = once,
                Json = json ? result.GetValue(_json) ?? JsonTarget.StandardOutput : null,
            };
    }
}
