using System.CommandLine;
using System.CommandLine.Parsing;
using FastFence.Tool.Cli;
using FastFence.Torture.Runs;
using FastFence.Torture.Workloads;

namespace FastFence.Torture.Cli;

/// <summary>The options of a torture run; they stand on the program's own command.</summary>
internal sealed class TortureVerb
{
    internal const string Examples = """
          -- --minutes 2                          every workload for two minutes
          -- --seconds 10 --json out.json         what CI runs
          -- --seconds 10 --unsafe                without sections: must report violations
          -- --only pipe,names --seed 7
          -- --list                               the workloads
          -- litmus                               the store-load orders on this machine's cores
        """;

    private const double MostSeconds = 86_400;
    private static readonly TortureOptions s_defaults = new();

    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "How long to run.", MostSeconds, s_defaults.Seconds);
    private readonly Option<double> _minutes = OptionParsers.Positive("--minutes", "The same in minutes.", MostSeconds / 60, s_defaults.Seconds / 60);
    private readonly Option<ulong> _seed = OptionParsers.Seed("--seed", "Seed of every choice that is not the scheduler's.", s_defaults.Seed);
    private readonly Option<bool> _unsafe = new("--unsafe") { Description = "The same load without sections: violations must be found." };
    private readonly Option<bool> _list = new("--list") { Description = "Print the workloads and what each can report; run nothing." };
    private readonly Option<string?> _only = new("--only") { Description = "Run these workloads only, by name, separated by commas.", HelpName = "NAMES" };
    private readonly Option<string?> _break = new("--break") { Description = "Prove the detector of one kind live (for tests).", HelpName = "KIND", Hidden = true };
    private readonly Option<string?> _json = JsonOption.Create();

    internal TortureVerb()
    {
        _only.Validators.Add(static result => Check(result, "--only", WorkloadList.All.Select(static e => e.Name)));
        _break.Validators.Add(static result => Check(result, "--break", WorkloadList.Kinds.Concat(RunKinds.Breakable)));
        Options = [_seconds, _minutes, _seed, _unsafe, _only, _list, _json, _break];
    }

    /// <summary>All of them, in the order of the help.</summary>
    internal IReadOnlyList<Option> Options { get; }

    /// <summary>Is only the list asked for?</summary>
    internal bool IsList(ParseResult result) => result.GetValue(_list);

    /// <summary>What is wrong with the line as a whole.</summary>
    internal void Validate(CommandResult result)
    {
        if (result.GetResult(_seconds) is { Implicit: false } && result.GetResult(_minutes) is { Implicit: false })
        {
            result.AddError("--seconds and --minutes: found both, expected one of them");
        }
    }

    internal TortureOptions Read(ParseResult result) => new()
    {
        Seconds = result.GetResult(_minutes) is { Implicit: false } ? 60 * result.GetValue(_minutes) : result.GetValue(_seconds),
        Seed = result.GetValue(_seed),
        Unsafe = result.GetValue(_unsafe),
        Only = Split(result.GetValue(_only)),
        Break = result.GetValue(_break),
        Json = result.GetValue(_json),
    };

    private static string[] Split(string? names) =>
        names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static void Check(OptionResult result, string option, IEnumerable<string> known)
    {
        string[] names = [.. result.Tokens.SelectMany(static t => Split(t.Value))];
        if (names.Length == 0)
        {
            result.AddError($"{option}: found nothing, expected one of {string.Join(", ", known)}");
        }

        foreach (string name in names.Except(known))
        {
            result.AddError($"{option}: found '{name}', expected one of {string.Join(", ", known)}");
        }
    }
}
