using FastFence.Tool.Cli;

namespace FastFence.Tool.Reporting;

/// <summary>Where a verb writes: text for people, and JSON if asked for. With <c>--json -</c> people read standard error.</summary>
internal sealed class ReportOutput
{
    private readonly JsonTarget _json;
    private readonly int _width;

    private ReportOutput(JsonTarget json, TextWriter human, bool isTerminal, int width)
    {
        _json = json;
        Human = human;
        IsTerminal = isTerminal;
        _width = width;
    }

    /// <summary>For progress, tables and remarks.</summary>
    internal TextWriter Human { get; }

    /// <summary><see cref="Human"/> is a terminal: lines may be overwritten and coloured.</summary>
    internal bool IsTerminal { get; }

    /// <summary>Opens the output, and checks that the JSON can be written.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    internal static ReportOutput Open(string? json, Streams streams)
    {
        JsonTarget target = JsonTarget.Open(json, streams.Out);
        return json == JsonTarget.StandardOutput
            ? new ReportOutput(target, streams.Error, streams.ErrorIsTerminal, streams.Width)
            : new ReportOutput(target, streams.Out, streams.OutIsTerminal, streams.Width);
    }

    /// <summary>A progress line to print on once a second.</summary>
    internal ProgressLine StartProgress() => new(Human, IsTerminal, _width);

    /// <summary>Writes table and JSON, and gives the exit code that goes with the report.</summary>
    internal int Publish(Report report)
    {
        ReportTable.Write(report, Human, IsTerminal);
        WriteJson(ReportJson.Write(report));
        return ExitCodes.For(report);
    }

    /// <summary>Writes JSON of another shape, such as the doctor's; nothing happens without <c>--json</c>.</summary>
    internal void WriteJson(string json) => _json.Write(json);
}
