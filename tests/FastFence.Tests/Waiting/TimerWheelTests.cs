using CsCheck;
using FastFence.Waiting;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>The timer wheel against a sorted list.</summary>
public sealed class TimerWheelTests
{
    // Ticks of every size, so that every level is used; often small, so that timers meet.
    private static readonly Gen<ulong> s_ticks = Gen.Select(Gen.Int[0, 63], Gen.ULong, (bits, any) => bits == 63 ? any : any & ((1UL << bits) - 1));

    private static readonly Gen<Step> s_step = Gen.Select(Gen.Int[0, 5], Gen.UInt[0, 40], s_ticks, (what, number, ticks) => new Step(what, number, ticks));

    private sealed record Step(int What, uint Number, ulong Ticks);

    [Fact]
    public void TheWheelAgreesWithASortedListWhateverIsAddedRemovedAndPassed() =>
        s_step.Array[1, 200].Sample(steps => Play(steps), iter: 4_000, threads: 1);

    [Fact]
    public void AListThatFiresATickEarlyIsToldFromTheWheel() => Assert.ThrowsAny<Exception>(() =>
        s_step.Array[1, 200].Sample(steps => Play(steps, early: 1), iter: 4_000, threads: 1));

    [Fact]
    public void ATimerFarAwayIsTakenApartTenTimesAtMostAndNeverLooksBusy()
    {
        using TimerWheel wheel = new();
        wheel.Add(0, ulong.MaxValue - 1, default);
        int events = 0;
        while (wheel.NextEvent != ulong.MaxValue - 1)
        {
            ulong next = wheel.NextEvent;
            Assert.False(wheel.TryExpire(next, out _, out _));
            Assert.True(wheel.NextEvent > next, "an event that does nothing would be a busy thread");
            events++;
        }

        Assert.InRange(events, 1, 10);
        Assert.True(wheel.TryExpire(ulong.MaxValue - 1, out uint number, out _));
        Assert.Equal((0u, 0u, ulong.MaxValue), (number, wheel.Count, wheel.NextEvent));
    }

    [Fact]
    public void WhatIsDueAtOnceOrRemovedTwiceIsWellDefined()
    {
        using TimerWheel wheel = new();
        Assert.False(wheel.Remove(3));
        Assert.False(wheel.TryExpire(1_000, out _, out _));
        wheel.Add(3, 10, default); // long over
        Assert.Equal(1_000ul, wheel.NextEvent);
        Assert.True(wheel.Remove(3));
        Assert.False(wheel.Remove(3));
        Assert.Equal(ulong.MaxValue, wheel.NextEvent);
        wheel.Add(3, 10, default);
        Assert.True(wheel.TryExpire(0, out uint number, out _)); // time that goes back changes nothing
        Assert.Equal(3u, number);
    }

    [Fact]
    public void AddingAndRemovingAllocatesNothingManaged()
    {
        using TimerWheel wheel = new();
        wheel.Add(1_000, 1, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 100_000; i++)
        {
            wheel.Add(i % 1_000, (i * 2_654_435_761ul) & 0xFFFF_FFFF, default);
            wheel.Remove(i % 1_000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1u, wheel.Count);
    }

    private static void Play(Step[] steps, ulong early = 0)
    {
        using TimerWheel wheel = new();
        SortedDictionary<uint, ulong> model = [];
        ulong now = 0;
        foreach (Step step in steps)
        {
            switch (step.What)
            {
                case 0 or 1 or 2 when !model.ContainsKey(step.Number):
                    ulong due = now + step.Ticks < now ? ulong.MaxValue - 1 : now + step.Ticks;
                    due = Math.Min(due, ulong.MaxValue - 1);
                    wheel.Add(step.Number, due, default);
                    model.Add(step.Number, due);
                    break;
                case 3:
                    Assert.Equal(model.Remove(step.Number), wheel.Remove(step.Number));
                    break;
                default:
                    ulong to = now + step.Ticks < now ? now : Math.Min(now + step.Ticks, ulong.MaxValue - 2);
                    now = Math.Max(now, to);
                    Assert.Equal(Expired(model, now + early), Expired(wheel, now));
                    break;
            }

            Assert.Equal((uint)model.Count, wheel.Count);
            Assert.True(wheel.NextEvent <= (model.Count == 0 ? ulong.MaxValue : model.Values.Min()) || wheel.NextEvent <= now, "the wheel would sleep over a timer");
        }
    }

    private static List<uint> Expired(SortedDictionary<uint, ulong> model, ulong now)
    {
        List<uint> due = [.. model.Where(timer => timer.Value <= now).Select(timer => timer.Key)];
        due.ForEach(number => model.Remove(number));
        return due;
    }

    private static List<uint> Expired(TimerWheel wheel, ulong now)
    {
        List<uint> due = [];
        while (wheel.TryExpire(now, out uint number, out _))
        {
            due.Add(number);
        }

        due.Sort();
        return due;
    }
}
