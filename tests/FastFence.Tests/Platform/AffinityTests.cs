using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

[Collection(nameof(CoreKeeperTests))]
public sealed class AffinityTests
{
    [Fact]
    public void APinnedThreadHasOneCoreUntilItIsUndone() => OnAThread(() =>
    {
        Assert.True(Affinity.TryGetCurrent(out CoreSet before));
        int core = First(before);

        Assert.True(Affinity.TryPinCurrentThread(core, out string reason), reason);
        Assert.Equal("", reason);
        Assert.True(Affinity.TryGetCurrent(out CoreSet pinned));
        Assert.Equal(default(CoreSet).With(core), pinned);

        Assert.True(Affinity.TrySet(0, before, out reason), reason);
        Assert.True(Affinity.TryGetCurrent(out CoreSet after));
        Assert.Equal(before, after);
    });

    [Fact]
    public void AnotherThreadCanBeSetByItsNumber() => OnAThread(() =>
    {
        int id = CurrentThread.Id;
        Assert.True(Affinity.TryGetCurrent(out CoreSet before));
        CoreSet one = default(CoreSet).With(First(before));
        string reason = "";
        bool set = false;
        Thread other = new(() => set = Affinity.TrySet(id, one, out reason));
        other.Start();
        other.Join();
        Assert.True(set, reason);
        Assert.True(Affinity.TryGetCurrent(out CoreSet after));
        Assert.Equal(one, after);
    });

    [Fact]
    public void PinningOneThreadLeavesTheOthersAlone() => OnAThread(() =>
    {
        Assert.True(Affinity.TryGet(Environment.ProcessId, out CoreSet main));
        Assert.True(Affinity.TryPinCurrentThread(First(main), out string reason), reason);
        Assert.True(Affinity.TryGet(Environment.ProcessId, out CoreSet after));
        Assert.Equal(main, after);
    });

    [Fact]
    public void ARefusalSaysWhatToDo() => OnAThread(() =>
    {
        Assert.True(Affinity.TryGetCurrent(out CoreSet before));

        Assert.False(Affinity.TryPinCurrentThread(-1, out string reason));
        Assert.Contains("numbered 0 to 1023", reason, StringComparison.Ordinal);

        Assert.False(Affinity.TryPinCurrentThread(CoreSet.Capacity - 1, out reason));
        Assert.Contains("1023 may be used here", reason, StringComparison.Ordinal);

        Assert.False(Affinity.TrySet(0, default, out reason));
        Assert.Contains("name at least one", reason, StringComparison.Ordinal);

        Assert.False(Affinity.TrySet(int.MaxValue, before, out reason));
        Assert.Contains("has ended", reason, StringComparison.Ordinal);

        Assert.True(Affinity.TryGetCurrent(out CoreSet after));
        Assert.Equal(before, after);
    });

    private static int First(CoreSet cores) => Enumerable.Range(0, CoreSet.Capacity).First(cores.Contains);

    // A thread of its own: a mask that a failed test leaves behind dies with it.
    private static void OnAThread(Action test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "no affinity call here");
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(test));
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
