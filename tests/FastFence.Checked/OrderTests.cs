using Xunit;

namespace FastFence.Checked;

/// <summary>Orders of locks, sections and waits that can deadlock are found without a deadlock. Each test has classes of its own.</summary>
public sealed unsafe class OrderTests : MisuseTest
{
    private static LockClass? s_releaseLock;

    private string _name = string.Empty;

    [Theory]
    [InlineData(Form.Event)]
    [InlineData(Form.Exception)]
    public void AWaitUnderALockThatASignallingSectionTakesIsACycle(Form form)
    {
        LockClass submit = Lock($"submit {form}");
        Timeline timeline = Named($"gpu {form}");
        OnThread("signaller", () => LockInSection(timeline, submit));
        MisuseEventArgs found = Closed(form, () => WaitUnder(submit, timeline));
        Assert.Contains($"lock 'submit {form}'", found.Message, StringComparison.Ordinal);
        Assert.Contains($"gpu {form}", found.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(WaitUnder), found.Site, StringComparison.Ordinal);
        Assert.Contains(nameof(LockInSection), found.OtherSite, StringComparison.Ordinal);
    }

    [Fact]
    public void TheOrderInWhichTheTwoHalvesAreSeenDoesNotMatter()
    {
        LockClass submit = Lock("reversed");
        Timeline timeline = Named("reversed");
        OnThread("waiter", () => WaitUnder(submit, timeline));
        MisuseEventArgs found = Closed(Form.Event, () => LockInSection(timeline, submit));
        Assert.Contains(nameof(LockInSection), found.Site, StringComparison.Ordinal);
        Assert.Contains(nameof(WaitUnder), found.OtherSite, StringComparison.Ordinal);
    }

    [Fact]
    public void ASectionThatNamesNoTimelineStandsForAllThatAreWaitedFor()
    {
        LockClass submit = Lock("any");
        Timeline timeline = Named("any");
        OnThread("signaller", () =>
        {
            using SignallingSection section = SignallingSection.Begin();
            using LockScope held = submit.Enter();
        });
        Closed(Form.Event, () => WaitUnder(submit, timeline));
    }

    [Fact]
    public void ASignalUnderALockOverWhichItIsWaitedForIsACycle()
    {
        LockClass submit = Lock("signal");
        Timeline timeline = Named("signal");
        OnThread("signaller", () =>
        {
            using FenceSource source = timeline.CreateFence();
            using LockScope held = submit.Enter();
            source.Signal();
        });
        Closed(Form.Event, () => WaitUnder(submit, timeline));
    }

    [Fact]
    public void ACycleOfThreeIsFound()
    {
        LockClass outer = Lock("outer");
        LockClass inner = Lock("inner");
        Timeline timeline = Named("three");
        OnThread("nester", () =>
        {
            using LockScope first = outer.Enter();
            using LockScope second = inner.Enter();
        });
        OnThread("signaller", () => LockInSection(timeline, outer));
        MisuseEventArgs found = Closed(Form.Event, () => WaitUnder(inner, timeline));
        Assert.Contains("lock 'outer'", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGracePeriodUnderALockThatIsTakenInSectionsIsACycle()
    {
        LockClass names = Lock("names");
        OnThread("reader", () =>
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            using LockScope held = names.Enter();
        });
        Closed(Form.Event, () =>
        {
            using LockScope held = names.Enter();
            GracePeriod.Synchronize();
        });
    }

    [Fact]
    public void ADispatchersCallbackThatWaitsForWhatOneOfItsCallbacksSignalsIsACycle()
    {
        Timeline timeline = Named("dispatched");
        using FenceRing ring = Engine.CreateRing("ring", new RingOptions { Capacity = 8 });
        RunOnDispatcher(ring, () =>
        {
            using FenceSource source = timeline.CreateFence();
            source.Signal();
        });
        using FenceSource pending = timeline.CreateFence();
        Fence fence = pending.Fence;
        Assert.Empty(Found());
        RunOnDispatcher(ring, () => fence.Wait(TimeSpan.FromTicks(1)));
        Until(() => Found().Length != 0, "the report of the cycle");
        Assert.Equal((MisuseKind.OrderCycle, "FastFence dispatcher"), (Found()[0].Kind, Found()[0].ThreadName));
    }

    [Fact]
    public void ClosingAnExporterUnderALockThatItsReleaseTakesIsACycle()
    {
        s_releaseLock = Lock("release");
        Exporter exporter = Engine.CreateExporter("driver", new ExporterOps { Release = &Release }, 0);
        exporter.Close();
        Assert.Empty(Found());
        Closed(Form.Event, () =>
        {
            using LockScope held = s_releaseLock.Enter();
            Engine.CreateExporter("driver", new ExporterOps { Release = &Release }, 0).Close();
        });
    }

    [Fact]
    public void OrdersWithoutACycleAreNotReported() => NotReported(() =>
    {
        LockClass outer = Lock("legal outer");
        LockClass inner = Lock("legal inner");
        Timeline timeline = Named("legal");
        Timeline other = Named("legal other");
        for (int i = 0; i < 2; i++)
        {
            OnThread("legal", () =>
            {
                using (LockScope first = outer.Enter())
                {
                    using LockScope second = inner.Enter();
                    using LockScope again = inner.Enter(); // one class nested in itself is no order
                }

                WaitUnder(outer, timeline);
                WaitUnder(inner, timeline);
                LockInSection(other, outer);
                using FenceSource source = other.CreateFence();
                using LockScope held = outer.Enter();
                source.Signal();
                using FenceSource late = timeline.CreateFence();
                held.Dispose();
                late.Signal();
                using LockScope retaken = outer.Enter();
                late.Signal(); // a second signal holds nobody up
            });
        }
    });

    [Fact]
    public void ALockGivenBackBeforeTheWaitIsNotHeldOverIt() => NotReported(() =>
    {
        LockClass submit = Lock("given back");
        Timeline timeline = Named("given back");
        LockInSection(timeline, submit);
        LockScope held = submit.Enter();
        held.Dispose();
        using FenceSource source = timeline.CreateFence();
        source.Fence.Wait(TimeSpan.FromTicks(1));
    });

    private static void Release(nint data)
    {
        using LockScope held = s_releaseLock!.Enter();
    }

    private static void LockInSection(Timeline timeline, LockClass taken)
    {
        using SignallingSection section = timeline.BeginSignalling();
        using LockScope held = taken.Enter();
    }

    private static void WaitUnder(LockClass held, Timeline timeline)
    {
        using FenceSource source = timeline.CreateFence(); // canceled after the lock was given back
        using LockScope scope = held.Enter();
        source.Fence.Wait(TimeSpan.FromTicks(1));
    }

    private static void RunOnDispatcher(FenceRing ring, Action action)
    {
        Assert.Equal(EmitResult.Emitted, ring.Emit(default, out FenceRef held));
        bool ran = false;
        held.Fence.AddCallback((_, _) => { action(); ran = true; }, null, out _);
        Assert.True(ring.Consumer.TryTake(out _));
        ring.Consumer.Complete(ring.Consumer.Position);
        ring.Exporter.Engine.Poller.DoWork();
        Until(() => ran, "the dispatcher's callback");
        held.Dispose();
    }

    private LockClass Lock(string name)
    {
        _name = name;
        return new LockClass(name);
    }

    private Timeline Named(string name) => Engine.CreateTimeline($"{name} {_name}");

    // A cycle is reported when its last edge is seen; the graph knows it then, so doing it again says nothing more.
    private MisuseEventArgs Closed(Form form, Action misuse)
    {
        Assert.Empty(Found());
        CheckedMode.Throws = form == Form.Exception;
        MisuseEventArgs? thrown = null;
        if (form == Form.Exception)
        {
            thrown = Assert.Throws<FenceMisuseException>(misuse).Misuse;
        }
        else
        {
            misuse();
        }

        CheckedMode.Throws = false;
        misuse();
        MisuseEventArgs found = Assert.Single(Found());
        Assert.Equal(MisuseKind.OrderCycle, found.Kind);
        Assert.Equal(Environment.CurrentManagedThreadId, found.ManagedThreadId);
        Assert.True(thrown == null || thrown == found);
        return found;
    }
}
