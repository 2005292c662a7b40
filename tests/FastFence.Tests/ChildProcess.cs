using System.Diagnostics;
using System.Text;
using Xunit;

namespace FastFence.Tests;

/// <summary>A program run to its end, within a bound that only a bug reaches: one that hangs is told with its threads and what it has said, and ended.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_last = TimeSpan.FromSeconds(10);

    /// <summary>Exit code, standard output, standard error.</summary>
    public static (int Code, string Output, string Error) Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        return ReadToEnd(process);
    }

    /// <summary>The rest of a process that was started with both outputs redirected.</summary>
    public static (int Code, string Output, string Error) ReadToEnd(Process process)
    {
        // The process's end is not that of its outputs: a grandchild that lives on keeps them open.
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        bool ended = process.WaitForExit(s_limit) && Task.WaitAll([output, error], (int)s_limit.TotalMilliseconds, TestContext.Current.CancellationToken);
        if (!ended)
        {
            string threads = ThreadsOf(process.Id);
            process.Kill(entireProcessTree: true);
            _ = Task.WaitAll([output, error], (int)s_last.TotalMilliseconds, TestContext.Current.CancellationToken);
            Assert.Fail(
                $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} has not ended within {s_limit.TotalMinutes} minutes.\n"
                + $"its threads:\n{threads}its output:\n{Said(output)}\nits errors:\n{Said(error)}");
        }

        return (process.ExitCode, output.Result, error.Result);
    }

    private static string Said(Task<string> text) => text.IsCompletedSuccessfully ? text.Result : "(somebody keeps it open)";

    // Name, state, processor ticks and the kernel's function of each thread: who burns, who sleeps, and in what.
    private static string ThreadsOf(int process)
    {
        StringBuilder text = new();
        try
        {
            foreach (string folder in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                string wait = File.ReadAllText(Path.Combine(folder, "wchan"));
                text.Append(stat[..(stat.LastIndexOf(')') + 1)]).Append($" {fields[0]} user {fields[11]} system {fields[12]} ticks, in {wait}\n");
            }
        }
        catch (IOException)
        {
            text.Append("(no /proc, or it has just ended)\n");
        }

        return text.ToString();
    }
}
