using System.Runtime.InteropServices;
using FastFence.Tool.Runs;
using FastFence.Torture.Runs;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace FastFence.Torture.Aging;

/// <summary>
/// The child: the same aged objects, but the pages of freed ones are inaccessible, so that a late read is the end of the process.
/// </summary>
internal static unsafe partial class LateReaderProcess
{
    /// <summary>Readers of the child; one more is late on purpose when told so.</summary>
    internal const int Readers = 2;

    private const int SegmentationFault = 11; // asm-generic/signal.h
    private const int CoreSize = 4; // RLIMIT_CORE

    /// <summary>Runs until time is up, or until a late read.</summary>
    /// <returns>0, or 2 when a reader has seen what it must not without reading late.</returns>
    internal static int Execute(TortureOptions options, string boardPath, bool late)
    {
        // The runtime would turn the fault of managed code into an exception, or into SIGABRT: the parent is to see it as it is.
        if (OperatingSystem.IsLinux())
        {
            ulong* none = stackalloc ulong[2];
            none[0] = none[1] = 0;
            _ = SetLimit(CoreSize, none);
            _ = SetHandler(SegmentationFault, 0);
        }

        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MaxFences = 1 << 14 });
        RunContext run = new(options, engine);
        using AgeBoard board = new(boardPath, create: false);
        using AgedObjects objects = new(run, board, FreedAs.Inaccessible, exporter: null);
        AgedReader Reader(int number) => new(run, objects, number, "pages");
        List<Action> bodies = [() => Update(run, objects), .. Enumerable.Range(0, Readers).Select<int, Action>(i => () => Reader(i).RunCasual(static () => { }))];
        if (late)
        {
            bodies.Add(() => Reader(Readers).RunLate(static (objects, index, _) => objects.Board.Age(index) == AgeBoard.Freed));
        }

        Worker[] workers = [.. bodies.Select(static (b, i) => new Worker($"child {i}", b))];
        Array.ForEach(workers, static w => w.Start());
        Thread.Sleep(TimeSpan.FromSeconds(options.Seconds));
        run.Stop();
        Array.ForEach(workers, static w => w.Join());
        return run.Ledger.Counts.Count == 0 ? 0 : 2;
    }

    private static void Update(RunContext run, AgedObjects objects)
    {
        RunRandom random = new(run.Options.Seed, 0);
        while (!run.IsStopped)
        {
            objects.Update(ref random);
        }
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong* softThenHard);
}
