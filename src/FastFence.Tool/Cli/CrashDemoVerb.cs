using System.CommandLine;

namespace FastFence.Tool.Cli;

/// <summary>The options of <c>demo crash</c> on the command line.</summary>
internal sealed class CrashDemoVerb
{
    internal const string Examples = """
          fastfence demo crash                                a process dies inside a native callback; its recording says in which
          fastfence demo crash --record-file crash.ffrec      and stays, for fastfence dump
        """;

    private readonly Option<string?> _file = new("--record-file") { Description = "Keep the recording of the process that dies.", HelpName = "FILE" };

    private readonly Option<string?> _json = JsonOption.Create();

    internal CrashDemoVerb() =>
        Command = new Command("crash", "A process dies inside a native callback on its poller: the recorder's mapped file names callback, fence and driver.") { _file, _json };

    internal Command Command { get; }

    internal CrashDemoOptions Read(ParseResult result) => new() { File = result.GetValue(_file), Json = result.GetValue(_json) };
}
