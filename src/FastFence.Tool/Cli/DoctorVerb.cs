using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>doctor</c> on the command line.</summary>
internal sealed class DoctorVerb
{
    internal const string Examples = """
          fastfence doctor                                    what is here, what is missing, what to do
          fastfence doctor --json doctor.json
        """;

    private readonly Option<string?> _json = JsonOption.Create();

    internal DoctorVerb() => Command = new Command("doctor", "Say what this machine gives and what to do where something is missing.") { _json };

    internal Command Command { get; }

    internal DoctorOptions Read(ParseResult result) => new() { Json = result.GetValue(_json) };
}
