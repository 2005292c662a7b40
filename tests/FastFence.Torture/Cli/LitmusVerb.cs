using System.CommandLine;
using System.Globalization;
using FastFence.Tool.Cli;
using FastFence.Torture.Litmuses;

namespace FastFence.Torture.Cli;

/// <summary>The options of <c>litmus</c>.</summary>
internal sealed class LitmusVerb
{
    internal const string Examples = """
          -- litmus                               verdict: 0 pass, 1 violation, 2 inconclusive, 3 unsupported
          -- litmus --rounds 1000000 --seconds 60
          -- litmus --cores 0,2 --json litmus.json
        """;

    private const int MostCore = 1023;
    private static readonly LitmusOptions s_defaults = new();

    private readonly Option<int> _rounds = OptionParsers.Whole("--rounds", "Rounds of the engine's part.", 1, 1_000_000_000, s_defaults.Rounds);
    private readonly Option<double> _seconds = OptionParsers.Positive("--seconds", "Longest that one part may take.", 3600, s_defaults.Seconds);
    private readonly Option<string?> _cores = new("--cores") { Description = "Cores of the two sides.", HelpName = "A,B" };
    private readonly Option<string?> _break = new("--break") { Hidden = true };
    private readonly Option<string?> _json = JsonOption.Create();

    internal LitmusVerb()
    {
        _cores.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && !TryReadCores(result.Tokens[0].Value, out _))
            {
                result.AddError($"--cores: found '{result.Tokens[0].Value}', expected core numbers from 0 to {MostCore}, such as 0,1");
            }
        });
        _break.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && LitmusList.All.All(e => e.Name != result.Tokens[0].Value))
            {
                result.AddError($"--break: found '{result.Tokens[0].Value}', expected one of {string.Join(", ", LitmusList.All.Select(static e => e.Name))}");
            }
        });
        Command = new Command("litmus", "Look on this machine's cores for the reordering that the process-wide barrier must forbid.")
        {
            _rounds, _seconds, _cores, _json, _break,
        };
    }

    internal Command Command { get; }

    internal LitmusOptions Read(ParseResult result) => new()
    {
        Rounds = result.GetValue(_rounds),
        Seconds = result.GetValue(_seconds),
        Cores = result.GetValue(_cores) is { } text && TryReadCores(text, out int[] cores) ? cores : [],
        Break = result.GetValue(_break),
        Json = result.GetValue(_json),
    };

    private static bool TryReadCores(string text, out int[] cores)
    {
        string[] items = text.Split(',');
        cores = [.. items.Select(static i => int.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out int core) ? core : -1)];
        return Array.TrueForAll(cores, static c => c is >= 0 and <= MostCore);
    }
}
