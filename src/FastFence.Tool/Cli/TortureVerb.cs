using System.CommandLine;
using System.CommandLine.Parsing;
using FastFence.Tool.Scenarios;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>torture</c> on the command line.</summary>
internal sealed class TortureVerb
{
    internal const string Examples = """
          fastfence torture                                   every scenario, short
          fastfence torture --scenario kill --count 100       kill -9 of the device under load, a hundred times
          fastfence torture --scenario faults --count 10000 --seed 7
          fastfence torture --scenario faults --faults hang,late-write --count 50
          fastfence torture --scenario fault-40               a fault by its number: the host is killed, its device must end
          fastfence torture --scenario fuzz --count 1000000 --minutes 10
        """;

    private static readonly ScenarioOptions s_defaults = new();
    private static readonly string[] s_names = [.. ScenarioList.Names];

    private readonly Option<string> _scenario = new("--scenario")
    {
        Description = $"One of {string.Join(", ", s_names)}.",
        HelpName = "NAME",
        DefaultValueFactory = static _ => s_defaults.Scenario,
    };

    private readonly Option<int> _count = OptionParsers.Whole("--count", "Rounds of each scenario; 0 is its own short number.", 0, 1_000_000_000, 0);
    private readonly Option<double> _minutes = OptionParsers.Positive("--minutes", "Longest time of each scenario.", 100_000, 100_000);
    private readonly Option<ulong> _seed = OptionParsers.Seed("--seed", "Seed of every choice that is not the scheduler's.", s_defaults.Seed);
    private readonly Option<string?> _faults = new("--faults") { Description = $"Faults to draw from, by commas: {string.Join(", ", FaultPlan.Names)}.", HelpName = "PLAN" };
    private readonly Option<string?> _json = JsonOption.Create();
    private readonly Option<string?> _break = new("--break") { Description = "Prove a detector live (for tests).", HelpName = "KIND", Hidden = true };

    internal TortureVerb()
    {
        _scenario.Validators.Add(static r => Check(r, "--scenario", s_names));
        _faults.Validators.Add(static r => Check(r, "--faults", FaultPlan.Names));
        _break.Validators.Add(static r => Check(r, "--break", ScenarioTally.Kinds));
        Command = new Command("torture", "Make a device process fail in every way it can, and judge what becomes of each fence.")
        {
            _scenario, _count, _minutes, _seed, _faults, _json, _break,
        };
    }

    internal Command Command { get; }

    internal ScenarioOptions Read(ParseResult result) => new()
    {
        Scenario = result.GetRequiredValue(_scenario),
        Count = result.GetValue(_count),
        Minutes = result.GetValue(_minutes),
        Seed = result.GetValue(_seed),
        Faults = Split(result.GetValue(_faults)),
        Json = result.GetValue(_json),
        Break = result.GetValue(_break),
    };

    private static string[] Split(string? names) =>
        names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static void Check(OptionResult result, string option, IReadOnlyList<string> known)
    {
        foreach (string name in result.Tokens.SelectMany(static t => Split(t.Value)).Except(known, StringComparer.Ordinal))
        {
            result.AddError($"{option}: found '{name}', expected one of {string.Join(", ", known)}");
        }
    }
}
