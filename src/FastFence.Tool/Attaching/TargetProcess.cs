using System.Globalization;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Attaching;

/// <summary>The one place that decides which process a verb looks into, and says why it cannot.</summary>
internal static class TargetProcess
{
    /// <summary>
    /// The process named by <paramref name="pid"/>, or, without one, the only one that has FastFence. Nothing is asked of any process.
    /// </summary>
    /// <exception cref="UsageException">There is no such process, or it cannot be looked into; each case has its own message.</exception>
    internal static int Find(int? pid, ProcessTable table)
    {
        if (pid is int own && own == Environment.ProcessId)
        {
            throw new UsageException($"--pid: process {own} is this command itself");
        }

        return !table.IsReadable
            ? pid ?? throw new UsageException("--pid: without /proc the process with FastFence cannot be found here; say which one with --pid P")
            : pid is int id ? Check(id, table) : Only(table);
    }

    private static int Check(int id, ProcessTable table)
    {
        ProcessLook look = table.Look(id) ?? throw new UsageException(
            string.Create(CultureInfo.InvariantCulture, $"--pid: there is no process {id}; it may have ended"));
        int user = table.User;
        if (look.User != user && user != 0)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"--pid: {look} belongs to user {look.User}, and its diagnostics port opens to that user and root only; run fastfence as one of them"));
        }

        if (!look.HasPort)
        {
            throw new UsageException(look.HasEngine
                ? $"--pid: {look} has FastFence, but no diagnostics port in {table.Ports}: it was started with DOTNET_EnableDiagnostics=0, or with another TMPDIR (give fastfence the same)"
                : $"--pid: {look} is not a .NET process: it has no diagnostics port in {table.Ports}");
        }

        return look.HasEngine ? id : throw new UsageException(
            $"--pid: {look} is a .NET process without FastFence: no engine runs in it now");
    }

    private static int Only(ProcessTable table)
    {
        IReadOnlyList<ProcessLook> all = table.DotnetProcesses();
        int user = table.User;
        List<ProcessLook> ours = [.. all.Where(p => p.HasEngine && p.Id != Environment.ProcessId && (p.User == user || user == 0))];
        if (ours.Count == 1)
        {
            return ours[0].Id;
        }

        ProcessLook[] others = [.. all.Where(p => p.HasEngine && p.User != user && user != 0)];
        throw new UsageException(ours.Count != 0
            ? $"several processes have FastFence: {string.Join(", ", ours.Select(Short))}; choose one with --pid"
            : others.Length != 0
                ? $"only processes of other users have FastFence: {string.Join(", ", others.Select(Short))}; run fastfence as their user or as root"
                : string.Create(CultureInfo.InvariantCulture, $"no process with FastFence was found: looked at {all.Count} .NET processes with a diagnostics port in {table.Ports}; start one, such as 'fastfence run --seconds 60', or name it with --pid"));
    }

    private static string Short(ProcessLook look) => string.Create(CultureInfo.InvariantCulture, $"{look.Id} ({look.Name})");
}
