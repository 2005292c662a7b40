using System.CommandLine;
using System.CommandLine.Invocation;
using FastFence.Bench.Cli;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Latency.Growth;
using FastFence.Latency.Latencies;

namespace FastFence.Latency.Cli;

/// <summary>The verbs of the program.</summary>
internal static class CommandLine
{
    /// <summary>Does what the arguments say and gives the exit code.</summary>
    public static int Invoke(string[] args)
    {
        RootCommand root = new("Measurements of FastFence: latency (what two threads do, percentiles beside peers), growth (rings, fences, callbacks, readers, contexts).")
        {
            LatencyVerb(), GrowthVerb(),
        };
        ParseResult result = root.Parse(args);
        int code = result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return result.Action is ParseErrorAction ? ExitCodes.Usage : code;
    }

    private static Command LatencyVerb()
    {
        Option<bool> quick = new("--quick") { Description = "About a minute instead of four and more." };
        Option<bool> smoke = new("--smoke") { Description = "Every row once in tiny batches: shows that they run, prints no figure." };
        Option<FileInfo?> json = new("--json") { Description = "Writes the rows to a file." };
        Option<string?> only = new("--only") { Description = "Only groups, or else rows, whose name contains this." };
        Command command = new("latency", "Hand-over, wake, awaiting, callbacks, scaling, contention, grace period, reclamation, end to end: percentiles, in turns with peers.")
        {
            quick, smoke, json, only,
        };
        command.SetAction(result =>
        {
            MeasurePlan plan = result.GetValue(smoke) ? MeasurePlan.Smoke : result.GetValue(quick) ? MeasurePlan.Quick : MeasurePlan.Full;
            return OnOwnThread(() => LatencyTable.Run(plan, result.GetValue(only), OutputFile.Check(result.GetValue(json)), Console.Out));
        });
        return command;
    }

    private static Command GrowthVerb()
    {
        Option<string?> only = new("--only") { Description = "Only curves whose name contains this." };
        Option<bool> quick = new("--quick") { Description = "Smaller sizes and fewer rounds; writes files only where --out says so." };
        Option<bool> smoke = new("--smoke") { Description = "Tiny sizes, once: shows that every curve runs, judges nothing." };
        Option<DirectoryInfo?> folder = new("--out") { Description = "Where data and plots go; bench/results/<cpu> of this repository unless given." };
        Command command = new("growth", "What an idle ring, a fence in flight, a callback, a reader, a context costs as there are more of them. Exit codes as of the gate.")
        {
            only, quick, smoke, folder,
        };
        command.SetAction(result =>
        {
            GrowthPlan plan = result.GetValue(smoke) ? GrowthPlan.Smoke : result.GetValue(quick) ? GrowthPlan.Quick : GrowthPlan.Full;
            return OnOwnThread(() => GrowthRun.Run(plan, result.GetValue(only), result.GetValue(folder), Console.Out));
        });
        return command;
    }

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
