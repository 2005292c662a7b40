using FastFence.Platform;
using FastFence.Polling;
using FastFence.Tests.Tool;
using Xunit;

namespace FastFence.Tests.Platform;

/// <summary>The poller's core without anybody else. One at a time: the masks are the process's.</summary>
[Collection(nameof(CoreKeeperTests))]
public sealed class CoreKeeperTests
{
    public CoreKeeperTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Affinity.TryGet(Environment.ProcessId, out CoreSet main) && main.Count >= 2, "needs Linux and two cores");
    }

    [Fact]
    public void AKeptCoreIsLeftByWhoIsThereAndNotTakenByWhoComesLater()
    {
        int core = LastCore();
        using Sleeper before = new(null);
        using Sleeper pinned = new(core);
        Assert.True(before.Mask.Contains(core)); // the control: nobody is kept off yet
        Assert.True(CoreKeeper.TryKeep(core, out string result));
        Sleeper later = new(null);
        try
        {
            Assert.Matches("^kept free of [1-9][0-9]* other threads", result);
            Assert.DoesNotContain(core, Cores(before.Mask));
            Assert.DoesNotContain(core, Cores(later.Mask));
            Assert.DoesNotContain(core, Cores(MainCores()));
            Assert.Equal([core], Cores(pinned.Mask)); // put there on purpose
        }
        finally
        {
            CoreKeeper.Release(core);
        }

        Assert.Contains(core, Cores(before.Mask));
        Assert.Contains(core, Cores(later.Mask));
        Assert.Contains(core, Cores(MainCores()));
        Assert.Equal([core], Cores(pinned.Mask));
        later.Dispose();
    }

    [Fact]
    public void ACoreThatTwoKeepIsGivenBackByTheLast()
    {
        int core = LastCore();
        Assert.True(CoreKeeper.TryKeep(core, out _));
        Assert.True(CoreKeeper.TryKeep(core, out _));
        CoreKeeper.Release(core);
        Assert.DoesNotContain(core, Cores(MainCores()));
        CoreKeeper.Release(core);
        Assert.Contains(core, Cores(MainCores()));
        CoreKeeper.Release(core); // one too many does nothing
        Assert.Contains(core, Cores(MainCores()));
    }

    [Theory]
    [InlineData(PollerKind.Managed, true)]
    [InlineData(PollerKind.Managed, false)]
    [InlineData(PollerKind.Native, true)]
    [InlineData(PollerKind.Native, false)]
    public void APinnedPollersCoreIsFreeOfOthersFromStartToDispose(PollerKind kind, bool keep)
    {
        Assert.SkipUnless(kind == PollerKind.Managed || NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);
        int core = LastCore();
        using (FenceEngine engine = new(new FenceEngineOptions { PollerKind = kind, PollerCore = core, KeepPollerCoreFree = keep }))
        {
            Assert.Equal(!keep, MainCores().Contains(core));
            Assert.StartsWith($"pinned to core {core}", engine.Poller.Pinning, StringComparison.Ordinal);
            Assert.Equal(keep, engine.Poller.Pinning.Contains("kept free of", StringComparison.Ordinal));
        }

        Assert.True(MainCores().Contains(core));
    }

    [Fact]
    public void ACoreThatThePollerCannotHaveIsTakenFromNobody()
    {
        CoreSet before = MainCores();
        using FenceEngine engine = new(new FenceEngineOptions { PollerCore = CoreSet.Capacity - 1 });
        Assert.StartsWith("not pinned", engine.Poller.Pinning, StringComparison.Ordinal);
        Assert.Equal(before, MainCores());
    }

    [Fact]
    public void TheOnlyCoreOfAProcessIsNotTakenFromIt()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/taskset"), "needs taskset (util-linux)");
        string tool = Path.Combine(AppContext.BaseDirectory, "FastFence.Tool.dll");
        (int code, string output, string error) = ToolProcess.RunProgram("taskset", ["-c", $"{LastCore()}", "dotnet", tool, "doctor"]);
        Assert.True(code == 0, error);
        Assert.Contains($"core {LastCore()} not kept free", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".NET Server GC", true)]
    [InlineData(".NET BGC", true)]
    [InlineData(".NET TP Worker", false)]
    [InlineData("FastFence polle", false)]
    [InlineData("My GC", false)]
    public void OnlyTheCollectorsThreadsAreMovedFromACoreOfTheirOwn(string name, bool moved) => Assert.Equal(moved, CoreKeeper.IsCollectors(name));

    private static int LastCore() => Cores(MainCores())[^1];

    private static CoreSet MainCores()
    {
        Assert.True(Affinity.TryGet(Environment.ProcessId, out CoreSet cores));
        return cores;
    }

    private static int[] Cores(CoreSet set) => [.. Enumerable.Range(0, CoreSet.Capacity).Where(set.Contains)];

    /// <summary>A thread that sleeps until it is disposed.</summary>
    private sealed class Sleeper : IDisposable
    {
        private readonly ManualResetEventSlim _started = new();
        private readonly ManualResetEventSlim _end = new();
        private readonly Thread _thread;
        private int _id;

        public Sleeper(int? core)
        {
            _thread = new Thread(() =>
            {
                _id = CurrentThread.Id;
                if (core is int pin)
                {
                    Affinity.TryPinCurrentThread(pin, out _);
                }

                _started.Set();
                _end.Wait();
            })
            { IsBackground = true };
            _thread.Start();
            _started.Wait();
        }

        public CoreSet Mask
        {
            get
            {
                Assert.True(Affinity.TryGet(_id, out CoreSet cores));
                return cores;
            }
        }

        public void Dispose()
        {
            _end.Set();
            _thread.Join();
            _started.Dispose();
            _end.Dispose();
        }
    }
}
