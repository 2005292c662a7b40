// How a process with FastFence is told from others, without disturbing any of them: a .NET process has a socket named after its number
// and start time, and every engine has threads whose names begin with "FastFence ". The library's file among the mapped ones would say less:
// a `fastfence top` has it too, and a single-file program does not.
using System.Globalization;

namespace FastFence.Tool.Attaching;

/// <summary>The processes of this machine, by what everybody may read in <c>/proc</c>.</summary>
/// <param name="proc">The folder, <c>/proc</c> but in tests.</param>
/// <param name="ports">Where .NET puts its sockets: <c>TMPDIR</c>, else <c>/tmp</c>.</param>
internal sealed class ProcessTable(string proc, string ports)
{
    private const string PortPrefix = "dotnet-diagnostic-";
    private const string ThreadPrefix = "FastFence ";
    private const int StartTimeField = 22 - 3; // of the fields behind the name, which may hold spaces

    /// <summary>This machine's.</summary>
    public static ProcessTable OfMachine { get; } = new("/proc", Path.GetTempPath());

    /// <summary>Where the sockets are looked for.</summary>
    public string Ports => ports;

    /// <summary>False where there is no <c>/proc</c>: nothing can be said about other processes.</summary>
    public bool IsReadable => File.Exists(Path.Combine(proc, "self", "stat"));

    /// <summary>Number of the user that we run as.</summary>
    public int User => UserOf("self") ?? -1;

    /// <summary>The .NET processes that run, by their sockets, in order of number.</summary>
    public IReadOnlyList<ProcessLook> DotnetProcesses()
    {
        SortedSet<int> ids = [];
        foreach (string path in Directory.EnumerateFiles(ports, $"{PortPrefix}*-socket"))
        {
            if (IdOf(Path.GetFileName(path)) is int id)
            {
                ids.Add(id);
            }
        }

        return [.. ids.Select(Look).OfType<ProcessLook>().Where(static look => look.HasPort)];
    }

    /// <summary>What there is to see of one; null when there is no such process, or it has ended and is only not yet fetched.</summary>
    public ProcessLook? Look(int id)
    {
        string folder = id.ToString(CultureInfo.InvariantCulture);
        if (Read(folder, "stat") is not { } stat || stat.LastIndexOf(')') is var end && end < 0)
        {
            return null;
        }

        string[] fields = stat[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= StartTimeField || fields[0] is "Z" or "X" || UserOf(folder) is not int user)
        {
            return null;
        }

        return new ProcessLook
        {
            Id = id,
            Name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end],
            User = user,

            // With the start time: the socket of a process that died may carry a number that has been given out again.
            HasPort = File.Exists(Path.Combine(ports, $"{PortPrefix}{id}-{fields[StartTimeField]}-socket")),
            HasEngine = HasEngine(folder),
        };
    }

    private static int? IdOf(string file) =>
        int.TryParse(file.AsSpan(PortPrefix.Length, Math.Max(0, file.IndexOf('-', PortPrefix.Length) - PortPrefix.Length)),
            NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    private bool HasEngine(string folder)
    {
        try
        {
            return Directory.EnumerateDirectories(Path.Combine(proc, folder, "task"))
                .Any(static thread => ReadAll(Path.Combine(thread, "comm"))?.StartsWith(ThreadPrefix, StringComparison.Ordinal) ?? false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended under our eyes
        }
    }

    // "Uid:" and four numbers: real, effective, saved, file system. The effective one decides who may connect.
    private int? UserOf(string folder)
    {
        string? line = Read(folder, "status")?.Split('\n').FirstOrDefault(static l => l.StartsWith("Uid:", StringComparison.Ordinal));
        string[] parts = line?.Split('\t', ' ') ?? [];
        return parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int user) ? user : null;
    }

    private string? Read(string folder, string file) => ReadAll(Path.Combine(proc, folder, file));

    private static string? ReadAll(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
