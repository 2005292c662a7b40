using System.CommandLine;
using FastFence.Tool.Conversions;

namespace FastFence.Tool.Cli;

/// <summary>The option that names a trace to be written.</summary>
internal static class TraceOption
{
    private const string Formats = "FILE.{pftrace,dat,json,csv}";

    internal static Option<string?> Create(string description) => new("--trace") { Description = description, HelpName = Formats };

    /// <summary>The file, once its ending is known to say a format.</summary>
    /// <exception cref="UsageException">It says none.</exception>
    internal static string? Checked(string? path)
    {
        if (path != null)
        {
            _ = TraceFormats.Of(path);
        }

        return path;
    }

    /// <summary>The trace to write; null for none.</summary>
    internal static OwnTrace? Open(string? path) => path == null ? null : new OwnTrace(path, TraceFormats.Of(path));

    /// <summary>Where a command whose whole result is a trace writes it.</summary>
    internal static Option<string> CreateOutput() => new("--output", "-o")
    {
        Description = "The file to write; its ending says the format.",
        HelpName = Formats,
        Required = true,
    };
}
