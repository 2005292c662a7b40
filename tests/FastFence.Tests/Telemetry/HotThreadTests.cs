using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>What shows whether the poller's thread is left alone, and who is late.</summary>
public sealed unsafe class HotThreadTests
{
    private const string Stat = "4711 (a ) b) S 1 2 3 4 5 6 70 8 90 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 3 37 38";

    [Fact]
    public void FiguresAreReadFromTheFieldsThatTheKernelKeepsThemIn()
    {
        ThreadFigures figures = ThreadFigures.Parse(
            Stat, "Name:\tx\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t34\n", "x (1, #threads: 1)\nse.nr_migrations    :     56\n");
        Assert.Equal(new ThreadFigures(56, 12, 34, 70, 90, 3), figures);
        Assert.Equal(new ThreadFigures(-1, -1, -1, 70, 90, 3), ThreadFigures.Parse(Stat, string.Empty, string.Empty));
        Assert.Equal(ThreadFigures.Unknown, ThreadFigures.Read(int.MaxValue));
    }

    [Fact]
    public void AThreadThatMovesSleepsAndTouchesMemoryShowsItAndOneThatStaysDoesNotMove()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Cpu.UsableCores >= 2, "needs Linux and two cores");
        ThreadFigures before = default, moved = default, stayed = default, still = default;
        Thread thread = new(() =>
        {
            Assert.True(Affinity.TryPinCurrentThread(0, out string reason), reason);
            before = ThreadFigures.Read(CurrentThread.Id);
            Assert.True(Affinity.TryPinCurrentThread(1, out reason), reason);
            byte[] touched = GC.AllocateUninitializedArray<byte>(64 << 20);
            for (int i = 0; i < touched.Length; i += 4096)
            {
                touched[i] = 1;
            }

            Thread.Sleep(1);
            moved = ThreadFigures.Read(CurrentThread.Id);
            stayed = ThreadFigures.Read(CurrentThread.Id);
            for (int i = 0; i < 50; i++)
            {
                Thread.Sleep(1); // each is a chance to come back elsewhere
            }

            still = ThreadFigures.Read(CurrentThread.Id);
        });
        thread.Start();
        thread.Join();
        Assert.SkipWhen(before.Migrations < 0, "this kernel does not count migrations (CONFIG_SCHED_DEBUG)");
        Assert.True(moved.Migrations > before.Migrations, $"{before} then {moved}");
        Assert.True(moved.Voluntary > before.Voluntary, $"{before} then {moved}");
        Assert.True(moved.MinorFaults > before.MinorFaults, $"{before} then {moved}");
        Assert.Equal(1, moved.Core);
        Assert.Equal((stayed.Migrations, 1), (still.Migrations, still.Core));
    }

    [Fact]
    public void TheThreadThatPollsIsMeasuredWithItsKindCoreAndCompiledMethods()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Managed, PollerCore = 0, PollerPark = TimeSpan.FromMilliseconds(1) });
        using Measured measured = new(engine);
        const string Kind = "{fastfence.poller=managed";

        // Asking is answered by a turn after it. How many is a question of what other pollers of the process have had compiled before.
        Until.Holds(() => measured.Look().SeriesOf("fastfence.poller.jit").Count == 1, "no count of methods compiled on the poller");
        Assert.InRange(measured[$"fastfence.poller.jit{Kind}}}"], 0, double.MaxValue);
        Assert.Equal((1, 0), (measured[$"fastfence.poller.pinned{Kind}}}"], measured[$"fastfence.poller.core{Kind}}}"]));
        Assert.Equal(2, measured.SeriesOf("fastfence.poller.page_faults").Count); // none is possible: huge pages, memory that was there
        Assert.Single(measured.SeriesOf("fastfence.poller.migrations"));
        Assert.Equal(2, measured.SeriesOf("fastfence.poller.switches").Count);
        double pauses = measured[$"fastfence.poller.gc.pauses{Kind}}}"], time = measured[$"fastfence.poller.gc.pause_time{Kind}}}"];
        Until.Holds(() =>
        {
            GC.Collect(); // counted where it overlaps the poller's being awake
            return measured.Look()[$"fastfence.poller.gc.pauses{Kind}}}"] > pauses && measured[$"fastfence.poller.gc.pause_time{Kind}}}"] > time;
        }, "no collection was counted");
        Until.Holds(() => measured.Look()["fastfence.poller.idle{fastfence.idle=park}"] > 0, "the poller never slept");
        Assert.Equal(
            measured.Look().SeriesOf("fastfence.poller.idle"),
            ["fastfence.poller.idle{fastfence.idle=park}", "fastfence.poller.idle{fastfence.idle=spin}", "fastfence.poller.idle{fastfence.idle=yield}"]);
    }

    [Fact]
    public void APollerThatIsSteppedByHandHasNoThreadToShow()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        using Measured measured = new(engine);
        Assert.Empty(measured.Look().SeriesOf("fastfence.poller.migrations"));
        Assert.Empty(measured.SeriesOf("fastfence.poller.gc.pauses"));
    }

    [Fact]
    public void AReaderThatHoldsUpReclamationIsShownWithItsThreadAndOneThatEndsIsNot()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, StallLimit = TimeSpan.FromMilliseconds(1) });
        using Measured measured = new(engine);
        using Worker reader = new();
        reader.Do(Section.Enter);
        string series = $"thread.id={reader.Id},";
        GraceToken token = GracePeriod.Start();
        Until.Holds(() => measured.Look().SeriesOf("fastfence.readers.late").Any(s => s.Contains(series, StringComparison.Ordinal)), "the late reader is not shown");
        Until.Holds(() => measured.Look()["fastfence.readers.stalled"] >= 1, "its stall is not counted");
        Assert.False(GracePeriod.Poll(token));
        reader.Do(Section.Exit);
        Assert.DoesNotContain(measured.Look().SeriesOf("fastfence.readers.late"), s => s.Contains(series, StringComparison.Ordinal));
    }

    [Fact]
    public void GracePeriodsAreTimedWhileSomebodyAsksForThemAndNotOtherwise()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        using Measured measured = new(engine);
        double before = measured.Look()["fastfence.grace.started"];
        GracePeriod.Synchronize();
        Assert.True(measured.Look()["fastfence.grace.started"] > before);
        Until.Holds(
            () =>
            {
                HistogramFeed.Feed();
                return measured.Histogram("fastfence.grace.duration").Count > 0;
            },
            "no grace period was timed");
        Assert.All(measured.Histogram("fastfence.grace.duration"), static s => Assert.InRange(s, 1e-9, 600.0));
    }

    [Fact]
    public void LookingMakesGarbageOnTheListenersThreadOnly()
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Managed });
        using Measured measured = new(engine);
        measured.Look();
        Assert.InRange(ForeignGarbage(() => measured.Look()), 0, 2_000);

        // The control: a listener that makes an engine's thread allocate, here with a destructor, is found out.
        using Exporter exporter = engine.CreateExporter("driver");
        Assert.True(ForeignGarbage(() =>
        {
            measured.Look();
            exporter.Retire(0, &Allocate);
            engine.Barrier(TimeSpan.FromSeconds(30));
        }) > 20_000);
    }

    // Of five spells the least: the test host's own threads allocate in some.
    private static long ForeignGarbage(Action look)
    {
        long least = long.MaxValue;
        for (int spell = 0; spell < 5; spell++)
        {
            long all = GC.GetTotalAllocatedBytes(precise: true), own = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                look();
            }

            own = GC.GetAllocatedBytesForCurrentThread() - own;
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - all - own);
        }

        return Math.Max(0, least);
    }

    private static void Allocate(nint data) => GC.KeepAlive(new byte[10_000]);
}
