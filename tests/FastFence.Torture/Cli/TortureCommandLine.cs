using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Diagnostics.CodeAnalysis;
using FastFence.Tool.Cli;
using FastFence.Tool.Reporting;
using FastFence.Torture.Litmuses;
using FastFence.Torture.Reporting;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Cli;

/// <summary>The command line: reads it, opens the output, runs, and turns every failure into message and exit code.</summary>
internal sealed class TortureCommandLine
{
    private const string Name = "FastFence.Torture";

    private readonly Streams _streams;
    private readonly Command _root = new(Name, "Torture the engine: every workload at once, each with detectors that can be proven live.");

    private TortureCommandLine(Streams streams)
    {
        _streams = streams;
        TortureVerb torture = new();
        LitmusVerb litmus = new();
        LateReaderVerb child = new();
        child.Command.Hidden = true;
        foreach (Option option in torture.Options)
        {
            _root.Options.Add(option);
        }

        _root.Validators.Add(torture.Validate);
        _root.SetAction(result => Guard(() => torture.IsList(result) ? List() : Torture(torture.Read(result))));
        litmus.Command.SetAction(result => Guard(() => RunLitmus(litmus.Read(result))));
        child.Command.SetAction(result => Guard(() => child.Execute(result)));
        _root.Subcommands.Add(litmus.Command);
        _root.Subcommands.Add(child.Command);
        HelpOption help = new();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, TortureExitCodes.Table, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Name] = TortureVerb.Examples,
            [litmus.Command.Name] = LitmusVerb.Examples,
        });
        _root.Options.Add(help);
    }

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    internal static int Invoke(string[] args, Streams streams)
    {
        ParseResult result = new TortureCommandLine(streams)._root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is ParseErrorAction errors)
        {
            errors.ShowHelp = false;
            errors.ShowTypoCorrections = false;
        }

        int code = result.Invoke(new InvocationConfiguration
        {
            Output = streams.Out,
            Error = streams.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
        if (result.Action is ParseErrorAction)
        {
            streams.Error.WriteLine("See --help.");
            return TortureExitCodes.Usage;
        }

        return code;
    }

    private int List()
    {
        TortureTable.WriteList(_streams.Out, _streams.OutIsTerminal);
        return TortureExitCodes.Ok;
    }

    private int Torture(TortureOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        TortureReport report;
        using (TortureRun run = new(options))
        {
            report = run.Execute(output.Human, signals.Token);
        }

        TortureTable.Write(report, output.Human, output.IsTerminal);
        output.WriteJson(TortureJson.Write(report));
        return report.ExitCode;
    }

    private int RunLitmus(LitmusOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        LitmusReport report = Litmus.Execute(options);
        LitmusTable.Write(report, output.Human, output.IsTerminal);
        output.WriteJson(TortureJson.Write(report));
        return report.ExitCode;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types",
        Justification = "The last handler: any exception must become an exit code that does not mean bad usage.")]
    private int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (UsageException e)
        {
            _streams.Error.WriteLine($"{Name}: {e.Message}");
            return TortureExitCodes.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InsufficientMemoryException)
        {
            _streams.Error.WriteLine($"{Name}: {e.Message}");
            return TortureExitCodes.Unsupported;
        }
        catch (Exception e)
        {
            _streams.Error.WriteLine($"{Name}: a fault of this program: {e}");
            return TortureExitCodes.Internal;
        }
    }
}
