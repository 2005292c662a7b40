using CsCheck;
using FastFence.Fences;
using FastFence.Polling;
using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Polling;

/// <summary>
/// Deadline hints: the soonest wins, the exporter hears of it, a poller does not park across it. Time is a number here: what a
/// poller would do at a moment is asked, not waited for, but in one test with a real one.
/// </summary>
public sealed unsafe class DeadlineTests : IDisposable
{
    private const long Millisecond = 1_000_000;

    // Any moment: the park's rules know no clock.
    private const long Now = 1_000_000 * Millisecond;

    private static readonly RingCommand s_job = new() { Opcode = 1 };

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false, PollerPark = TimeSpan.FromMilliseconds(10) });
    private readonly FakeDriver _driver = new("driver", "timeline");
    private readonly List<FenceRef> _fences = [];

    [Fact]
    public void APollerParksUpToADeadlineAndNotAcrossIt()
    {
        FenceRing ring = Ring(3);
        Assert.Equal(Now + (10 * Millisecond), ParkUntil(Now));
        SetDeadline(1, Now + (4 * Millisecond));
        Assert.InRange(ParkUntil(Now), Now + (3 * Millisecond), Now + (4 * Millisecond) - 1);
        SetDeadline(2, Now + (2 * Millisecond));
        Assert.InRange(ParkUntil(Now), Now + Millisecond, Now + (2 * Millisecond) - 1);
        SetDeadline(3, Now + (60 * Millisecond));
        Assert.InRange(ParkUntil(Now), Now + Millisecond, Now + (2 * Millisecond) - 1);

        // Close before it, and for a moment after it, the poller stays awake; then it was a hint.
        Assert.Equal(0, ParkUntil(Now + (2 * Millisecond) - 50_000));
        Assert.Equal(0, ParkUntil(Now + (2 * Millisecond) + 500_000));
        Assert.Equal(Now + (15 * Millisecond), ParkUntil(Now + (5 * Millisecond)));

        // The second fence signals: the third one's is the next.
        Retire(ring, 2);
        Assert.Equal(Now + (10 * Millisecond), ParkUntil(Now));
        Assert.InRange(ParkUntil(Now + (55 * Millisecond)), Now + (59 * Millisecond), Now + (60 * Millisecond) - 1);
        Retire(ring, 3);
        Assert.Equal(Now + (65 * Millisecond), ParkUntil(Now + (55 * Millisecond)));
    }

    [Fact]
    public void TheExporterHearsOfWhatIsSoonerAndOfNothingElse()
    {
        Ring(30);
        Told(10, 50, true);
        Told(10, 50, false);
        Told(10, 60, false);
        Told(10, 40, true); // sooner on the fence
        Told(5, 45, false); // it is to be done by 40 already, since a later one is
        Told(5, 30, true);
        Told(20, 70, true); // a later fence, a later time
        Told(20, 35, true); // takes the place of the one of fence 10
        Told(10, 38, false);
        Told(30, -5, true); // the past means now, for all of them
        Told(1, 1, false);

        void Told(int fence, long milliseconds, bool forwarded)
        {
            int before = _driver.Data->Deadlines;
            long time = milliseconds < 0 ? milliseconds : Now + (milliseconds * Millisecond);
            SetDeadline(fence, time);
            Assert.Equal((before + (forwarded ? 1 : 0), forwarded), (_driver.Data->Deadlines, forwarded));
            if (forwarded)
            {
                Assert.Equal(Math.Max(1, time), _driver.Data->LastDeadline);
            }
        }
    }

    [Fact]
    public void RandomHintsAgreeWithTheListOfAllOfThem()
    {
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 12], Gen.Int[0, 8]).Array[1, 40].Sample(
            steps =>
            {
                TimelineBlock block = default;
                TimelineBlock* timeline = &block;
                List<(ulong Seqno, long Time)> all = [];
                ulong passed = 0;
                foreach ((int seqno, int time, int completed) in steps)
                {
                    timeline->Completed = passed = Math.Max(passed, (ulong)Math.Max(0, completed - 6));
                    all.RemoveAll(hint => hint.Seqno <= passed);
                    if ((ulong)seqno > passed)
                    {
                        bool news = !all.Exists(hint => hint.Seqno >= (ulong)seqno && hint.Time <= time);
                        Assert.Equal(news, DeadlineHints.TryAdd(timeline, (ulong)seqno, time));
                        all.Add(((ulong)seqno, time));
                    }

                    Assert.Equal(all.Count == 0 ? long.MaxValue : all.Min(hint => hint.Time), DeadlineHints.Soonest(timeline, 0));
                }

                DeadlineHints.Free(timeline);
            },
            iter: 2_000,
            threads: 1);
    }

    [Fact]
    public void BeyondEightStepsTheLatestAreForgottenAndTheSoonestKept()
    {
        TimelineBlock timeline = default;
        for (int i = 20; i > 0; i--)
        {
            Assert.True(DeadlineHints.TryAdd(&timeline, (ulong)i, 10 * i));
        }

        for (int i = 1; i <= DeadlineHints.Most; i++)
        {
            Assert.Equal(10 * i, DeadlineHints.Soonest(&timeline, 0));
            timeline.Completed = (ulong)i;
        }

        Assert.Equal(long.MaxValue, DeadlineHints.Soonest(&timeline, 0));
        DeadlineHints.Free(&timeline);
    }

    [Fact]
    public void ASleepingPollerIsWokenByAHintAndSeesASilentCompletion() => SeesASilentCompletion(fence =>
    {
        fence.SetDeadline(TimeSpan.FromMilliseconds(20));
        Until.Holds(() => fence.IsSignaled, "the poller is awake by the deadline");
    });

    [Fact]
    public void ASleepingPollerIsWokenByWhoPollsAndSeesASilentCompletion() => SeesASilentCompletion(fence =>
    {
        // C13: the one who polls retires nothing itself.
        Assert.False(fence.Poll());
        Until.Holds(() => fence.Poll(), "the poller has looked");
        Assert.True(fence.IsSignaled);
    });

    private static void SeesASilentCompletion(Action<Fence> ask)
    {
        // Two engines whose device tells nobody: of one the poller is asked, of the other, the control, it sleeps on.
        FenceEngineOptions sleepy = new() { PollerPark = TimeSpan.FromMinutes(1), PollerYield = TimeSpan.Zero, PollerSpin = TimeSpan.Zero };
        using FenceEngine hinted = new(sleepy);
        using FenceEngine control = new(sleepy);
        FenceRef[] fences = new FenceRef[2];
        foreach (FenceEngine engine in new[] { control, hinted })
        {
            FenceRing ring = engine.CreateRing("r");
            Assert.Equal(EmitResult.Emitted, ring.Emit(s_job, out fences[engine == control ? 0 : 1]));
            Until.Holds(() => IsAsleep(engine.Poller.Block), "a poller asleep");
            Assert.True(ring.Consumer.TryTake(out _));
            ring.Consumer.CompleteSilently(1);
        }

        ask(fences[1].Fence);
        Assert.False(fences[0].Fence.IsSignaled);
        Array.ForEach(fences, fence => fence.Dispose());
    }

    public void Dispose()
    {
        _fences.ForEach(fence => fence.Dispose());
        _engine.Dispose();
        _driver.Dispose();
    }

    // Announced, and offline behind its last look: a completion that it is not told of can only be found when it wakes. IsParked alone
    // may be left from the sleep that the emit ended.
    private static bool IsAsleep(PollerBlock* poller) =>
        Volatile.Read(ref poller->Wake.Asleep) == 1 && Volatile.Read(ref poller->Cache->Reader->Word) == 0;

    private FenceRing Ring(int jobs)
    {
        FenceRing ring = _driver.CreateOn(_engine).CreateRing("r", new RingOptions { Capacity = 64, Watchdog = Timeout.InfiniteTimeSpan });
        for (int i = 0; i < jobs; i++)
        {
            Assert.Equal(EmitResult.Emitted, ring.Emit(s_job, out FenceRef fence));
            _fences.Add(fence);
        }

        return ring;
    }

    private void SetDeadline(int fence, long time) => EnableSignaling.SetDeadline(_fences[fence - 1].Fence, time);

    private long ParkUntil(long now) => PollerCore.ParkUntil(_engine.Poller.Block, now, outstanding: true);

    private void Retire(FenceRing ring, ulong upTo)
    {
        while (ring.Consumer.Position < upTo)
        {
            Assert.True(ring.Consumer.TryTake(out _));
        }

        ring.Consumer.CompleteSilently(upTo);
        _engine.Poller.DoWork();
    }
}
