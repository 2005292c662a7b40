using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FastFence.Tool.Captures;
using FastFence.Tool.Demos;
using FastFence.Tool.Pauses;
using FastFence.Tool.Reporting;
using FastFence.Tool.Scenarios;

namespace FastFence.Tool.Cli;

/// <summary>The command line: reads it, opens the output, starts the verb, and turns every failure into message and exit code.</summary>
internal sealed class CommandLine
{
    private readonly Streams _streams;
    private readonly Verbs _verbs;

    // Not a RootCommand: that calls itself after the assembly, which may not have the command's name.
    private readonly Command _root =
        new("fastfence", "Fences in native memory: run them under load, replay or convert a GPU capture, check this machine.");

    private CommandLine(Streams streams, Verbs verbs)
    {
        _streams = streams;
        _verbs = verbs;
        RunVerb run = new();
        ReplayVerb replay = new();
        DoctorVerb doctor = new();
        ConvertVerb convert = new();
        DumpVerb dump = new();
        DeviceVerb device = new();
        TortureVerb torture = new();
        TopVerb top = new();
        ReportVerb report = new();
        TraceVerb trace = new();
        AwaitDemoVerb awaits = new();
        SignalDemoVerb signals = new();
        UnloadDemoVerb unloads = new();
        JobsDemoVerb jobs = new();
        TakeoverDemoVerb takeovers = new();
        IsolationDemoVerb isolation = new();
        CrashDemoVerb crashes = new();
        DemoVerb demo = new();
        Add(_root, run.Command, result => Run(run.Read(result)));
        Add(_root, replay.Command, result => Replay(replay.Read(result)));
        Add(_root, doctor.Command, result => Doctor(doctor.Read(result)));
        Add(_root, convert.Command, result => Convert(convert.Read(result)));
        Add(_root, dump.Command, result => DumpCommand.Execute(dump.Read(result), _streams.Out));
        Add(_root, trace.Command, result => Trace(trace.Read(result)));
        Add(_root, device.Command, device.Execute);
        Add(_root, torture.Command, result => Torture(torture.Read(result)));
        Add(_root, top.Command, result => Top(top.Read(result)));
        Add(_root, report.Command, result => ReportCommand.Execute(report.Read(result), _streams.Out));
        Add(demo.Command, awaits.Command, result => AwaitDemo(awaits.Read(result)));
        Add(demo.Command, signals.Command, result => SignalDemo(signals.Read(result)));
        Add(demo.Command, unloads.Command, result => UnloadDemo(unloads.Read(result)));
        Add(demo.Command, jobs.Command, result => JobsDemo(jobs.Read(result)));
        Add(demo.Command, takeovers.Command, result => TakeoverDemo(takeovers.Read(result)));
        Add(demo.Command, isolation.Command, result => IsolationDemo(isolation.Read(result)));
        Add(demo.Command, crashes.Command, result => CrashDemo(crashes.Read(result)));
        _root.Subcommands.Add(demo.Command);
        HelpOption help = new();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, ExitCodes.Table, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [_root.Name] = "  fastfence run --seconds 5\n  fastfence replay capture.jobs.csv --speed max\n  fastfence doctor",
            [run.Command.Name] = RunVerb.Examples,
            [replay.Command.Name] = ReplayVerb.Examples,
            [doctor.Command.Name] = DoctorVerb.Examples,
            [convert.Command.Name] = ConvertVerb.Examples,
            [dump.Command.Name] = DumpVerb.Examples,
            [device.Command.Name] = DeviceVerb.Examples,
            [torture.Command.Name] = TortureVerb.Examples,
            [top.Command.Name] = TopVerb.Examples,
            [report.Command.Name] = ReportVerb.Examples,
            [trace.Command.Name] = TraceVerb.Examples,
            [demo.Command.Name] = DemoVerb.Examples,
            [awaits.Command.Name] = AwaitDemoVerb.Examples,
            [signals.Command.Name] = SignalDemoVerb.Examples,
            [unloads.Command.Name] = UnloadDemoVerb.Examples,
            [jobs.Command.Name] = JobsDemoVerb.Examples,
            [crashes.Command.Name] = CrashDemoVerb.Examples,
            [takeovers.Command.Name] = TakeoverDemoVerb.Examples,
            [isolation.Command.Name] = IsolationDemoVerb.Examples,
        });
        _root.Options.Add(help);
        _root.Options.Add(new VersionOption());
    }

    /// <summary>Does what the arguments say and gives the exit code.</summary>
    internal static int Invoke(string[] args, Streams streams, Verbs verbs)
    {
        CommandLine line = new(streams, verbs);

        // A file name may start with '@': no response files.
        ParseResult result = line._root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is ParseErrorAction errors && result.CommandResult.Command != line._root)
        {
            errors.ShowHelp = false;
        }

        // Signals are ours (StopSignals): the library would end the process two seconds after the first one. So are
        // exceptions: the library's handler answers 1, which here means bad usage.
        int code = result.Invoke(new InvocationConfiguration
        {
            Output = streams.Out,
            Error = streams.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
        if (result.Action is ParseErrorAction { ShowHelp: false })
        {
            streams.Error.WriteLine($"See '{PathOf(result.CommandResult)} --help'.");
        }

        return code;
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;

    private void Add(Command parent, Command command, Func<ParseResult, int> action)
    {
        command.SetAction(result => Guard(() => action(result)));
        parent.Subcommands.Add(command);
    }

    private int Run(RunOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        output.Human.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pid {Environment.ProcessId}"));
        output.Human.Flush();
        using StopSignals signals = new();
        return _verbs.Run(options, output, signals.Token);
    }

    private int Replay(ReplayOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        Capture capture = Capture.Load(options.Capture);
        using StopSignals signals = new();
        return _verbs.Replay(options, capture, output, signals.Token);
    }

    private int Doctor(DoctorOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        return _verbs.Doctor(options, output, signals.Token);
    }

    private int Convert(ConvertOptions options) => ConvertCommand.Execute(options, Capture.Load(options.Capture), _streams.Out);

    private int Trace(TraceOptions options)
    {
        ReportOutput output = ReportOutput.Open(null, _streams);
        using StopSignals signals = new();
        return TraceCommand.Execute(options, output, signals.Token);
    }

    private int Top(TopOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        return TopCommand.Execute(options, output, _streams.Width, signals.Token);
    }

    private int AwaitDemo(AwaitDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        return _verbs.AwaitDemo(options, output, signals.Token);
    }

    private int SignalDemo(SignalDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        return _verbs.SignalDemo(options, output, signals.Token);
    }

    private int UnloadDemo(UnloadDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        return _verbs.UnloadDemo(options, output, signals.Token);
    }

    private int JobsDemo(JobsDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        JobsReport report = new JobsDemo(options).Execute(signals.Token);
        report.Write(output.Human);
        output.WriteJson(report.ToJson());
        return report.Violations == 0 ? ExitCodes.Ok : ExitCodes.Violations;
    }

    private int TakeoverDemo(TakeoverDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        TakeoverReport report = new TakeoverDemo(options).Execute(signals.Token);
        report.Write(output.Human);
        output.WriteJson(report.ToJson());
        return report.Violations == 0 ? ExitCodes.Ok : ExitCodes.Violations;
    }

    private int IsolationDemo(IsolationDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        IsolationReport report = new IsolationRun(options).Execute(signals.Token);
        report.Write(output.Human, output.IsTerminal);
        output.WriteJson(report.ToJson());
        return report.ExitCode;
    }

    private int CrashDemo(CrashDemoOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        CrashReport report = Demos.CrashDemo.Execute(options);
        report.Write(output.Human);
        output.WriteJson(report.ToJson());
        return report.Violations == 0 ? ExitCodes.Ok : ExitCodes.Violations;
    }

    private int Torture(ScenarioOptions options)
    {
        ReportOutput output = ReportOutput.Open(options.Json, _streams);
        using StopSignals signals = new();
        ScenarioReport report = new ScenarioRun(options, signals.Token).Execute();
        report.Write(output.Human, output.IsTerminal);
        output.WriteJson(report.ToJson());
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
        catch (Exception e) when (e is UsageException or CaptureException)
        {
            _streams.Error.WriteLine($"fastfence: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _streams.Error.WriteLine($"fastfence: {e.Message}");
            return ExitCodes.Machine;
        }
        catch (Exception e)
        {
            _streams.Error.WriteLine($"fastfence: a fault of the tool itself: {e}");
            return ExitCodes.Internal;
        }
    }
}
