using System.CommandLine;
using FastFence.NativeSim.Devices;

namespace FastFence.Tool.Cli;

/// <summary>The verb <c>device</c>: a simulated GPU in this process, for a host that waits for one.</summary>
internal sealed class DeviceVerb
{
    internal const string Examples = """
          fastfence run --device manual                       prints the path and waits
          fastfence device /proc/1234/fd/56                   in another terminal, as the same user
        """;

    private readonly Argument<string> _path = new("PATH")
    {
        Description = "The host's memory, as the host prints it: /proc/PID/fd/N.",
    };

    internal DeviceVerb() => Command = new Command("device", "Be the device of a host that was told to wait for one; ends with it.") { _path };

    internal Command Command { get; }

    internal int Execute(ParseResult result) => DeviceProgram.Main([result.GetRequiredValue(_path)]);
}
