using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FastFence.Tool.Cli;

/// <summary>The usual help, then examples, then the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction usual, string exitCodes, IReadOnlyDictionary<string, string> examples) : SynchronousCommandLineAction
{
    /// <summary>Help is asked for with whatever else is wrong on the line.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (examples.TryGetValue(parseResult.CommandResult.Command.Name, out string? text))
        {
            output.WriteLine("Examples:");
            output.WriteLine(text);
            output.WriteLine();
        }

        output.WriteLine(exitCodes);
        return code;
    }
}
