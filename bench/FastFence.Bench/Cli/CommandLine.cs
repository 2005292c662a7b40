using System.CommandLine;
using System.CommandLine.Invocation;
using BenchmarkDotNet.Running;
using FastFence.Bench.Collections;
using FastFence.Bench.Costs;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Bench.Profiles;

namespace FastFence.Bench.Cli;

/// <summary>The verbs of the benchmark program.</summary>
internal static class CommandLine
{
    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public static int Invoke(string[] args)
    {
        RootCommand root = new(
            "Benchmarks of FastFence: run (BenchmarkDotNet), gate (what must hold), profile (where time goes), checked (what checked mode costs), collections (pollers under garbage collections), costs (what it costs to be seen).")
        {
            RunVerb(), GateVerb(), ProfileVerb(), CheckedVerb(), CollectionsVerb(), CostsVerb(),
        };
        ParseResult result = root.Parse(args);
        int code = result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return result.Action is ParseErrorAction ? ExitCodes.Usage : code;
    }

    private static Command RunVerb()
    {
        Option<string> filter = new("--filter") { Description = "Which benchmarks, as a glob.", DefaultValueFactory = _ => "*" };
        Option<bool> brief = new("--short") { Description = "Three iterations instead of fifteen or more." };
        Command command = new("run", "Runs the BenchmarkDotNet classes.") { filter, brief };
        command.SetAction(result =>
        {
            List<string> arguments = ["--filter", result.GetValue(filter)!];
            if (result.GetValue(brief))
            {
                arguments.AddRange(["--job", "short"]);
            }

            bool any = BenchmarkSwitcher.FromAssembly(typeof(CommandLine).Assembly).Run([.. arguments])
                .Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success));
            return any ? ExitCodes.Fault : ExitCodes.Holds;
        });
        return command;
    }

    private static Command GateVerb()
    {
        Option<bool> quick = new("--quick") { Description = "Some three minutes instead of ten and more." };
        Option<bool> smoke = new("--smoke") { Description = "Every row once in tiny batches: shows that they run, judges nothing." };
        Option<FileInfo?> json = new("--json") { Description = "Writes the rows to a file." };
        Option<string?> only = OnlyOption();
        Command command = new("gate", "Measures every row against its must. Exit codes: 0 all hold, 1 one is missed, 3 some are inconclusive.")
        {
            quick, smoke, json, only,
        };
        command.SetAction(result => OnOwnThread(() => Gate.Run(
            PlanOf(result.GetValue(smoke), result.GetValue(quick)), result.GetValue(only), OutputFile.Check(result.GetValue(json)), Console.Out)));
        return command;
    }

    private static Command ProfileVerb()
    {
        Option<string?> only = OnlyOption();
        Option<bool> smoke = new("--smoke") { Description = "Every step once." };
        Command command = new("profile", "Takes create + signal + release apart: the whole, and its steps one by one.") { only, smoke };
        command.SetAction(result => OnOwnThread(() => Profile.Run(
            PlanOf(result.GetValue(smoke), quick: true), result.GetValue(only), Console.Out)));
        return command;
    }

    private static Command CheckedVerb()
    {
        Option<int> blocks = new("--blocks") { Description = "Paired blocks an operation.", DefaultValueFactory = _ => 31 };
        Option<string?> serve = new("--serve") { Description = "The measured process.", Hidden = true };
        Command command = new("checked", "What checked mode costs while it is on, against a process without it.") { blocks, serve };
        command.SetAction(result => OnOwnThread(() => result.GetValue(serve) is { } setting
            ? CheckedCost.Serve(setting == "1", Console.In, Console.Out)
            : CheckedCost.Run(Math.Max(1, result.GetValue(blocks)), Console.Out)));
        return command;
    }

    private static Command CollectionsVerb()
    {
        Option<int> rounds = new("--rounds") { Description = "How often both pollers take their turn.", DefaultValueFactory = _ => 7 };
        Option<double> seconds = new("--seconds") { Description = "Length of a turn.", DefaultValueFactory = _ => 5 };
        Option<bool> smoke = new("--smoke") { Description = "One short round: shows that it runs, prints no figure." };
        Option<FileInfo?> json = new("--json") { Description = "Writes the rounds to a file." };
        Command command = new("collections", "Word written by another process to fence signaled, waiter woken, awaiter resumed, while this one collects garbage.")
        {
            rounds, seconds, smoke, json,
        };
        command.SetAction(result => Guard(() => CollectionRounds.Run(
            Math.Max(1, result.GetValue(rounds)), result.GetValue(seconds), result.GetValue(smoke), OutputFile.Check(result.GetValue(json)), Console.Out)));
        return command;
    }

    private static Command CostsVerb()
    {
        Option<int> rounds = new("--rounds") { Description = "How often each way of watching takes its turn.", DefaultValueFactory = _ => 5 };
        Option<double> seconds = new("--seconds") { Description = "Length of a turn.", DefaultValueFactory = _ => 3 };
        Option<bool> quick = new("--quick") { Description = "Single operations in ten seconds instead of a minute." };
        Option<bool> smoke = new("--smoke") { Description = "Everything once: shows that it runs, prints no figure." };
        Option<FileInfo?> json = new("--json") { Description = "Writes the figures to a file." };
        Command command = new("costs", "What recorder, counters and EventPipe cost: single operations, and the throughput of run watched in each way.")
        {
            rounds, seconds, quick, smoke, json,
        };
        command.SetAction(result => OnOwnThread(() => CostTable.Run(
            PlanOf(result.GetValue(smoke), result.GetValue(quick)), Math.Max(1, result.GetValue(rounds)), result.GetValue(seconds),
            OutputFile.Check(result.GetValue(json)), Console.Out)));
        return command;
    }

    private static Option<string?> OnlyOption() => new("--only") { Description = "Only rows whose name contains this." };

    private static MeasurePlan PlanOf(bool smoke, bool quick) =>
        smoke ? MeasurePlan.Smoke : quick ? MeasurePlan.Quick : MeasurePlan.Full;

    // Not the main thread: new threads of .NET take over its affinity, and rows with two threads pin themselves.
    private static int OnOwnThread(Func<int> action)
    {
        int code = ExitCodes.Fault;
        Thread thread = new(() => code = Guard(action)) { Name = "bench" };
        thread.Start();
        thread.Join();
        return code;
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.Usage;
        }
#pragma warning disable CA1031 // The last handler: any exception must become an exit code that is no verdict.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine(e);
            return ExitCodes.Fault;
        }
    }
}
