using FastFence.Tool.Cli;

namespace FastFence.Tool.Reporting;

/// <summary>Where <c>--json</c> goes: nowhere, standard output, or a file that appears whole or not at all.</summary>
internal sealed class JsonTarget
{
    /// <summary>The name that stands for standard output.</summary>
    internal const string StandardOutput = "-";

    private readonly TextWriter? _writer;
    private readonly string? _path;

    private JsonTarget(TextWriter? writer, string? path)
    {
        _writer = writer;
        _path = path;
    }

    /// <summary>Checks, before a run starts, that its result can be written.</summary>
    /// <exception cref="UsageException">It cannot; the message names option, path and reason.</exception>
    internal static JsonTarget Open(string? name, TextWriter output)
    {
        if (name is null or StandardOutput)
        {
            return new JsonTarget(name is null ? null : output, null);
        }

        try
        {
            JsonTarget target = new(null, Resolve(name));
            if (Directory.Exists(target._path))
            {
                throw new UsageException($"--json: '{name}' is a directory, expected a file");
            }

            if (!target.IsDevice)
            {
                using FileStream probe = new(target.Temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }

            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--json: cannot write '{name}': {e.Message}", e);
        }
    }

    /// <summary>Writes the JSON text.</summary>
    /// <exception cref="IOException">The disk filled up, or the folder went away, since <see cref="Open"/>.</exception>
    internal void Write(string json)
    {
        _writer?.Write(json);
        _writer?.Flush();
        if (_path is null)
        {
            return;
        }

        if (IsDevice)
        {
            File.WriteAllText(_path, json);
            return;
        }

        try
        {
            File.WriteAllText(Temporary, json);
            File.Move(Temporary, _path, overwrite: true);
        }
        catch
        {
            File.Delete(Temporary);
            throw;
        }
    }

    private string Temporary => Path.Combine(Path.GetDirectoryName(_path!)!, $".{Path.GetFileName(_path)}.{Environment.ProcessId}.tmp");

    // A move onto /dev/null, or onto the pipe of a shell's >(command), would replace it by a file.
    private bool IsDevice => _path!.StartsWith("/dev/", StringComparison.Ordinal) || _path.StartsWith("/proc/", StringComparison.Ordinal);

    // A move onto a symbolic link would replace the link. Links below /dev are kept: /dev/fd/63 resolves to no path.
    private static string Resolve(string name)
    {
        string path = Path.GetFullPath(name);
        FileInfo file = new(path);
        return path.StartsWith("/dev/", StringComparison.Ordinal) || file.LinkTarget is null
            ? path
            : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
