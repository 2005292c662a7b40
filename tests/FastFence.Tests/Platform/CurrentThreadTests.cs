using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed class CurrentThreadTests
{
    [Fact]
    public void TheMainThreadsNumberIsTheProcesss()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a rule of Linux");
        Assert.True(CurrentThread.IsAlive(Environment.ProcessId));
        Assert.Equal(CurrentThread.Id, CurrentThread.Id);
        Assert.True(Directory.Exists($"/proc/self/task/{CurrentThread.Id}"));
    }

    [Fact]
    public void AThreadIsAliveUntilItEndsAndIsFoundDeadAfterwards()
    {
        Assert.SkipUnless(SystemCallNumber.IsKnown, "elsewhere no thread is ever said to be dead");
        int id = 0;
        ulong ownView = 0;
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim end = new();
        Thread thread = new(() =>
        {
            id = CurrentThread.Id;
            ownView = CurrentThread.StartTime(id);
            started.Set();
            end.Wait();
        });
        thread.Start();
        started.Wait(TestContext.Current.CancellationToken);

        Assert.NotEqual(CurrentThread.Id, id);
        Assert.True(CurrentThread.IsAlive(id));
        Assert.NotEqual(0u, ownView);
        Assert.Equal(ownView, CurrentThread.StartTime(id));

        end.Set();
        thread.Join();

        // The kernel takes a thread down some microseconds after the join.
        Assert.True(SpinWait.SpinUntil(() => !CurrentThread.IsAlive(id), TimeSpan.FromSeconds(30)));
        Assert.Equal(0u, CurrentThread.StartTime(id));
    }

    [Fact]
    public void NumbersThatAreNoThreadsAreDead()
    {
        Assert.SkipUnless(SystemCallNumber.IsKnown, "elsewhere no thread is ever said to be dead");
        foreach (int id in (int[])[0, -1, int.MinValue, int.MaxValue])
        {
            Assert.False(CurrentThread.IsAlive(id));
            Assert.Equal(0u, CurrentThread.StartTime(id));
        }
    }

    [Theory]
    [InlineData("7 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21", 4242)]
    [InlineData("7 (a ) R) 9) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20", 4242)]
    [InlineData("7 (cut) S 1 2", 0)]
    [InlineData("", 0)]
    public void TheStartTimeIsFoundWhateverTheThreadIsCalled(string stat, int expected) =>
        Assert.Equal((ulong)expected, CurrentThread.ParseStart(System.Text.Encoding.UTF8.GetBytes(stat)));

    [Fact]
    public void YieldingTheCoreComesBack() => CurrentThread.Yield();
}
