using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The option <c>--pid</c>, the same for every verb that looks into a running process.</summary>
internal static class PidOption
{
    internal static Option<int?> Create()
    {
        Option<int?> option = new("--pid", "-p")
        {
            Description = "The process to look into; without it, the one process that has FastFence.",
            HelpName = "P",
        };
        option.Validators.Add(static result =>
        {
            // What is no number is reported by the parser.
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out long pid) && pid is < 1 or > int.MaxValue)
            {
                result.AddError($"--pid: found {pid}, expected the number of a process, 1 or more");
            }
        });
        return option;
    }
}
