using System.Globalization;
using System.Text;
using FastFence.Tool.Pages;
using FastFence.Tool.Reporting;

namespace FastFence.Tool.Cli;

/// <summary>The action of <c>report</c>.</summary>
internal static class ReportCommand
{
    /// <summary>Reads the run, writes the page whole or not at all, and gives the exit code.</summary>
    internal static int Execute(ReportOptions options, TextWriter human)
    {
        RunReport report = RunFile.Load(options.Run);
        string page = ReportPage.Of(report, Path.GetFileName(options.Run));
        string part = $"{options.Output}.{Environment.ProcessId}.part";
        try
        {
            File.WriteAllText(part, page, new UTF8Encoding(false));
            File.Move(part, options.Output, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }

        human.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Output}: {report.Series.Length} seconds and {report.Timelines.Length} timelines on one page of {Encoding.UTF8.GetByteCount(page) / 1024} KB"));
        return ExitCodes.Ok;
    }
}
