using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The option <c>--json</c>, the same for every verb.</summary>
internal static class JsonOption
{
    internal static Option<string?> Create()
    {
        Option<string?> option = new("--json")
        {
            Description = "Write the results as JSON to FILE, or to standard output (-); the table then goes to standard error.",
            HelpName = "FILE|-",
        };
        option.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && string.IsNullOrWhiteSpace(result.Tokens[0].Value))
            {
                result.AddError("--json: found nothing, expected a file name or -");
            }
        });
        return option;
    }
}
