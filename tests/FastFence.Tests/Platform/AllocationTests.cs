using System.Runtime.InteropServices;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed unsafe class AllocationTests : IDisposable
{
    private const int Calls = 100_000;

    private readonly uint* _word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));

    public void Dispose() => NativeMemory.Free(_word);

    [Fact]
    public void ReadingTheClockAllocatesNothing() => AllocatesNothing(static () => _ = MonotonicClock.Nanoseconds);

    [Fact]
    public void WakingNobodyAllocatesNoMemory() => AllocatesNothing(() => _ = Futex.Wake(_word, 1));

    [Fact]
    public void AWaitThatDoesNotSleepAllocatesNothing() => AllocatesNothing(() => _ = Futex.Wait(_word, 1, Futex.NoDeadline));

    [Fact]
    public void TheBarrierAllocatesNothing() => AllocatesNothing(ProcessBarrier.Issue);

    [Fact]
    public void YieldingTheCoreAllocatesNoMemory() => AllocatesNothing(CurrentThread.Yield);

    [Fact]
    public void AskingForALifeAllocatesNothing()
    {
        int id = CurrentThread.Id;
        AllocatesNothing(() => _ = CurrentThread.IsAlive(id));
        AllocatesNothing(static () => _ = CurrentThread.IsAlive(int.MaxValue));
        AllocatesNothing(static () => _ = CurrentThread.Id);
    }

    [Fact]
    public void AskingForAStartTimeAllocatesNothing()
    {
        int id = CurrentThread.Id;
        AllocatesNothing(() => _ = CurrentThread.StartTime(id), 10_000);
    }

    [Fact]
    public void PausingAndPrefetchingAllocateNothing()
    {
        AllocatesNothing(Cpu.Pause);
        AllocatesNothing(() => Cpu.Prefetch(_word));
        AllocatesNothing(static () => Cpu.Prefetch(null));
    }

    [Fact]
    public void TheMeterSeesOneAllocationAmongTheCalls()
    {
        int call = 0;
        object? kept = null;
        Assert.NotEqual(0, Allocated(() => kept = ++call == Calls / 2 ? new object() : kept, Calls));
        GC.KeepAlive(kept);
    }

    // The least of some spells: the runtime may allocate on this thread when it compiles the loop or the action anew.
    private static void AllocatesNothing(Action action, int calls = Calls) => Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Allocated(action, calls)));

    private static long Allocated(Action action, int calls)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
