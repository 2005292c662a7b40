using System.Runtime.InteropServices;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed unsafe class FutexTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly uint* _word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));

    public void Dispose() => NativeMemory.Free(_word);

    [Fact]
    public void AWaitOnAWordThatDiffersReturnsAtOnce() =>
        Assert.Equal(FutexResult.ValueDiffers, Futex.Wait(_word, 1, Futex.NoDeadline));

    [Fact]
    public void AWaitWhoseDeadlineIsOverTimesOut()
    {
        Assert.Equal(FutexResult.TimedOut, Futex.Wait(_word, 0, MonotonicClock.Nanoseconds));
        Assert.Equal(FutexResult.TimedOut, Futex.Wait(_word, 0, 0));
        Assert.Equal(FutexResult.TimedOut, Futex.Wait(_word, 0, long.MinValue));
    }

    [Fact]
    public void ATimeoutComesAfterTheDeadlineOnTheEnginesOwnClock()
    {
        long start = MonotonicClock.Nanoseconds;
        long deadline = start + (Second / 50);
        FutexResult result;
        do
        {
            result = Futex.Wait(_word, 0, deadline);
        }
        while (result is FutexResult.Woken or FutexResult.Interrupted);

        long end = MonotonicClock.Nanoseconds;
        Assert.Equal(FutexResult.TimedOut, result);
        Assert.True(end >= deadline, $"{deadline - end} ns early");
        Assert.True(end < deadline + (20 * Second), $"{end - deadline} ns late: not the same clock");
    }

    [Fact]
    public void AWakeOfNobodyWakesNobody() => Assert.Equal(0, Futex.Wake(_word, int.MaxValue));

    [Fact]
    public void AWakeReachesASleeperAndCountsIt()
    {
        Assert.SkipUnless(Futex.IsNative, "the polling way hears no wakes");
        FutexResult result = FutexResult.TimedOut;
        Thread sleeper = Start(() => result = Futex.Wait(_word, 0, Deadline()));
        WakeUntil(1);
        Join(sleeper);
        Assert.Equal(FutexResult.Woken, result);
    }

    [Fact]
    public void OneWakeOfTwoLeavesNoSleeper()
    {
        Assert.SkipUnless(Futex.IsNative, "the polling way hears no wakes");
        Thread[] sleepers = [Start(() => Futex.Wait(_word, 0, Deadline())), Start(() => Futex.Wait(_word, 0, Deadline()))];
        WakeUntil(2);
        Array.ForEach(sleepers, Join);
    }

    [Fact]
    public void AChangedWordEndsAWaitThatComesTooLateForTheWake()
    {
        bool seen = false;
        using ManualResetEventSlim changed = new();
        Thread late = Start(() =>
        {
            changed.Wait(TestContext.Current.CancellationToken);
            seen = Futex.Wait(_word, 0, Futex.NoDeadline) == FutexResult.ValueDiffers;
        });
        Volatile.Write(ref *_word, 1);
        Futex.Wake(_word, 1);
        changed.Set();
        Join(late);
        Assert.True(seen);
    }

    [Fact]
    public void AWakeOfAnyOfSeveralWordsEndsTheWait()
    {
        Assert.SkipUnless(Futex.IsNative, "the polling way hears no wakes");
        uint* other = (uint*)NativeMemory.AllocZeroed(128);
        uint** words = stackalloc uint*[2];
        words[0] = _word;
        words[1] = other;
        Assert.Equal(FutexResult.TimedOut, Futex.WaitAny(words, 2, 0, MonotonicClock.Nanoseconds + 2_000_000));
        for (int i = 0; i < 2; i++)
        {
            bool isOwn = i == 0;
            Thread sleeper = Start(() => WaitOnTwo(_word, other));
            Memory.Until.Holds(() => (isOwn ? Futex.Wake(_word, 1) : Futex.WakeShared(other, 1)) == 1, "a sleeper that is woken");
            Join(sleeper);
        }

        *other = 1;
        Assert.Equal(FutexResult.ValueDiffers, Futex.WaitAny(words, 2, 0, Futex.NoDeadline));
        NativeMemory.Free(other);
    }

    private static FutexResult WaitOnTwo(uint* own, uint* other)
    {
        uint** words = stackalloc uint*[2];
        words[0] = own;
        words[1] = other;
        return Futex.WaitAny(words, 2, 0, Deadline());
    }

    [Fact]
    public void AWordThatIsNotMappedAnyMoreEndsAWaitOnSeveral()
    {
        Assert.SkipUnless(Futex.IsNative, "needs the kernel's futex");
        uint* gone = (uint*)Pages.Reserve(4096, 4096);
        Pages.Release((byte*)gone, 4096);
        uint** words = stackalloc uint*[2];
        words[0] = _word;
        words[1] = gone;
        Assert.Equal(FutexResult.ValueDiffers, Futex.WaitAny(words, 2, 0, Futex.NoDeadline));
    }

    [Fact]
    public void AWaitOnAnUnmappedWordFailsLoudly()
    {
        Assert.SkipUnless(Futex.IsNative, "the kernel checks the address");
        byte* page = Pages.Reserve((nuint)Pages.Size, 1);
        Assert.True(Pages.TryProtect(page, (nuint)Pages.Size, accessible: false));
        Assert.Throws<InvalidOperationException>(() => Futex.Wait((uint*)page, 0, 0));
        Pages.Release(page, (nuint)Pages.Size);
    }

    [Fact]
    public void ThePollingWayAnswersAsTheKernelDoes()
    {
        Assert.Equal(FutexResult.ValueDiffers, Futex.WaitByPolling(_word, 1, Futex.NoDeadline));
        Assert.Equal(FutexResult.TimedOut, Futex.WaitByPolling(_word, 0, 0));
        Assert.Equal(FutexResult.TimedOut, Futex.WaitByPolling(_word, 0, MonotonicClock.Nanoseconds + 2_000_000));

        // Nobody changes the word: the bounded poll comes back all the same.
        Assert.Equal(FutexResult.Woken, Futex.WaitByPolling(_word, 0, Futex.NoDeadline));
    }

    [Fact]
    public void ThePollingWaySeesAChangedWord()
    {
        Thread writer = Start(() => Volatile.Write(ref *_word, 1));
        while (Futex.WaitByPolling(_word, 0, Deadline()) == FutexResult.Woken && Volatile.Read(ref *_word) == 0)
        {
        }

        Join(writer);
        Assert.Equal(1u, Volatile.Read(ref *_word));
    }

    private static long Deadline() => MonotonicClock.Nanoseconds + (60 * Second);

    private static Thread Start(ThreadStart body)
    {
        Thread thread = new(body) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Join(Thread thread) => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "the thread is still asleep");

    // The count says who was asleep: no need to sleep and hope.
    private void WakeUntil(int sleepers)
    {
        long giveUp = Deadline();
        for (int woken = 0; woken < sleepers;)
        {
            Assert.True(MonotonicClock.Nanoseconds < giveUp, $"{woken} of {sleepers} woken");
            woken += Futex.Wake(_word, sleepers - woken);
            Thread.Yield();
        }
    }
}
