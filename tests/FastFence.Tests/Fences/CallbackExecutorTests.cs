using System.Collections.Concurrent;
using FastFence.Platform;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>A timeline's callbacks run where it asks for, oldest first, in seqno order (C11), and nothing is left behind.</summary>
public sealed unsafe class CallbackExecutorTests : FenceTest
{
    private static readonly ConcurrentQueue<(int Thread, ulong Seqno)> s_ran = new();

    public CallbackExecutorTests() => s_ran.Clear();

    public static TheoryData<string> Executors => ["inline", "dispatcher", "pool", "scheduler", "context", "thread", "manual"];

    [Theory]
    [MemberData(nameof(Executors))]
    public void EveryExecutorRunsEachCallbackOnceInSeqnoOrder(string name)
    {
        const int Fences = 300;
        using Disposables own = new();
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = Make(name, own) });
        FenceSource[] sources = [.. Enumerable.Range(0, Fences).Select(_ => timeline.CreateFence())];
        foreach (FenceSource source in sources)
        {
            source.Fence.AddCallback(&Note, 0, out _);
            source.Fence.AddCallback(static (fence, _) => Note(fence, 0), null, out _);
        }

        Race.Run(() => SignalEach(sources, 0, 2), () => SignalEach(sources, 1, 2));
        Race.Until(() => sources.All(source => source.Fence.IsQuiesced), $"all have run on {name}");
        Assert.Equal(Enumerable.Range(0, 2 * Fences).Select(i => (ulong)(i / 2) + 1), s_ran.Select(ran => ran.Seqno));
        Array.ForEach(sources, source => source.Dispose());
        AssertNothingIsHeld();
        Assert.Equal(0, Statistics.CallbacksThrown);
    }

    [Theory]
    [InlineData("dispatcher")]
    [InlineData("pool")]
    [InlineData("thread")]
    public void ASignallerOfAnotherThreadThanTheExecutorsRunsNothingItself(string name)
    {
        using Disposables own = new();
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = Make(name, own) });
        for (int i = 0; i < 50; i++)
        {
            FenceSource source = timeline.CreateFence();
            source.Fence.AddCallback(&Note, 0, out _);
            Fence fence = source.Fence;
            source.Signal();
            Race.Until(() => fence.IsQuiesced, "it has run");
            source.Dispose();
        }

        Assert.DoesNotContain(s_ran, ran => ran.Thread == Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void WithoutAnExecutorTheSignallersThreadRunsThem()
    {
        // The control of the test above.
        (Fence fence, FenceSource source) = Pending();
        fence.AddCallback(&Note, 0, out _);
        source.Signal();
        Assert.Equal([(Environment.CurrentManagedThreadId, 1ul)], s_ran);
        source.Dispose();
    }

    [Fact]
    public void WhoBlocksInAnExecutorHoldsUpItsOwnTimelineAlone()
    {
        using ManualResetEventSlim letGo = new();
        using ThreadExecutor first = new("first");
        using ThreadExecutor second = new("second");
        Timeline blocked = Engine.CreateTimeline("blocked", new TimelineOptions { Executor = first });
        Timeline other = Engine.CreateTimeline("other", new TimelineOptions { Executor = second });
        Timeline dispatched = Engine.CreateTimeline("dispatched", new TimelineOptions { Executor = CallbackExecutor.Dispatcher });
        FenceSource holder = blocked.CreateFence();
        FenceSource behind = blocked.CreateFence();
        holder.Fence.AddCallback((_, _) => letGo.Wait(), null, out _);
        behind.Fence.AddCallback(&Note, 0, out _);
        holder.Signal();
        behind.Signal();
        foreach (Timeline timeline in new[] { other, dispatched, Timeline })
        {
            FenceSource source = timeline.CreateFence();
            source.Fence.AddCallback(&Note, 0, out _);
            source.Signal();
            Race.Until(() => source.Fence.IsQuiesced, "another timeline goes on");
            source.Dispose();
        }

        Assert.False(holder.Fence.IsQuiesced);
        Assert.False(behind.Fence.IsQuiesced);
        letGo.Set();
        Race.Until(() => behind.Fence.IsQuiesced, "the one behind runs, too");
        holder.Dispose();
        behind.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void AnExecutorThatRefusesLeavesTheCallbacksToTheDispatcherAndIsReported()
    {
        List<FenceEngineNotificationEventArgs> told = [];
        Engine.Notified += (_, e) =>
        {
            lock (told)
            {
                told.Add(e);
            }
        };
        ThreadExecutor gone = new("gone");
        gone.Dispose();
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = gone });
        FenceSource source = timeline.CreateFence();
        source.Fence.AddCallback(&Note, 0, out _);
        source.Signal();
        Race.Until(() => source.Fence.IsQuiesced, "the dispatcher has run it");
        Assert.Single(s_ran);
        lock (told)
        {
            Assert.Contains(told, e => e.Exception?.InnerException is ObjectDisposedException);
        }

        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void WorkThatIsExecutedTwiceOrUnaskedRunsNothingMore()
    {
        using ManualExecutor manual = new();
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = manual });
        FenceSource source = timeline.CreateFence();
        source.Fence.AddCallback(&Note, 0, out _);
        source.Signal();
        CallbackWork work = manual.Take();
        work.Execute();
        work.Execute();
        Assert.Single(s_ran);
        FenceSource next = timeline.CreateFence();
        next.Fence.AddCallback(&Note, 0, out _);
        next.Signal();
        CallbackWork again = manual.Take();
        Assert.Same(work, again);
        again.Execute();
        Assert.Equal(2, s_ran.Count);
        source.Dispose();
        next.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void WorkExecutedInsideASectionOrACallbackGoesToTheDispatcher()
    {
        using ManualExecutor manual = new();
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = manual });
        foreach (bool inside in new[] { true, false })
        {
            FenceSource source = timeline.CreateFence();
            source.Fence.AddCallback(&Note, 0, out _);
            source.Signal();
            CallbackWork work = manual.Take();
            if (inside)
            {
                AccessToken token = default;
                using (AccessSection.Begin(ref token))
                {
                    work.Execute();
                }
            }
            else
            {
                (Fence outer, FenceSource outerSource) = Pending();
                outer.AddCallback((_, _) => work.Execute(), null, out _);
                outerSource.Signal();
                outerSource.Dispose();
            }

            Race.Until(() => source.Fence.IsQuiesced, "the dispatcher has run it");
            source.Dispose();
        }

        Assert.Equal(2, s_ran.Count);
        Assert.DoesNotContain(s_ran, ran => ran.Thread == Environment.CurrentManagedThreadId);
        Assert.Equal(0, Statistics.CallbacksThrown);
        AssertNothingIsHeld();
    }

    [Fact]
    public void TheExecutorMayBeDisposedInOneOfItsOwnCallbacks()
    {
        ThreadExecutor executor = new("own");
        Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = executor });
        FenceSource first = timeline.CreateFence();
        FenceSource second = timeline.CreateFence();
        first.Fence.AddCallback((_, _) => executor.Dispose(), null, out _);
        second.Fence.AddCallback(&Note, 0, out _);
        first.Signal();
        Race.Until(() => first.Fence.IsQuiesced, "the executor's last");
        second.Signal();
        Race.Until(() => second.Fence.IsQuiesced, "the dispatcher's first");
        Assert.Single(s_ran);
        Assert.Equal(0, Statistics.CallbacksThrown);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void CallbacksOnThePoolAndOnAThreadAllocateNothing()
    {
        using ThreadExecutor thread = new("thread");
        foreach (CallbackExecutor executor in new[] { CallbackExecutor.ThreadPool, thread })
        {
            Timeline timeline = Engine.CreateTimeline("t", new TimelineOptions { Executor = executor });
            Signals(timeline, 2_000);
            long bytes = LeastGarbage(() => Signals(timeline, 20_000));
            Assert.True(bytes < 20_000, $"{bytes} bytes for 20000 fences"); // under a byte each: the tests' runner makes some
        }

        static void Signals(Timeline timeline, int lives)
        {
            for (int i = 0; i < lives; i++)
            {
                FenceSource source = timeline.CreateFence();
                source.Fence.AddCallback(&Nothing, 0, out _);
                source.Signal();
                source.Dispose();
                if (i % 64 == 63)
                {
                    Thread.Yield();
                }
            }
        }
    }

    // Nothing in it is awaited: the spell is over when it returns.
    private static long LeastGarbage(Action spell) => Garbage.LeastOf(() =>
    {
        spell();
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    [Fact]
    public void AManagedFunctionPassedAsNativeIsToldFromANativeOne()
    {
        delegate* unmanaged<ulong, nint, void> managed = &Thunk;
        nint native = System.Runtime.InteropServices.NativeLibrary.GetExport(
            System.Runtime.InteropServices.NativeLibrary.GetMainProgramHandle(), "sched_yield");
        Action<ulong, nint> kept = static (_, _) => { };
        nint marshaled = System.Runtime.InteropServices.Marshal.GetFunctionPointerForDelegate(new NativeCallback(kept.Invoke));
        Assert.Equal((false, true, false), (NativeCode.IsNative((nint)managed), NativeCode.IsNative(native), NativeCode.IsNative(marshaled)));
        Assert.True(NativeCode.IsNative(native)); // remembered, with its own answer
        Assert.False(NativeCode.IsNative((nint)managed));
        GC.KeepAlive(kept);
    }

    private delegate void NativeCallback(ulong fence, nint state);

    [System.Runtime.InteropServices.UnmanagedCallersOnly]
    private static void Thunk(ulong fence, nint state) => s_ran.Enqueue((Environment.CurrentManagedThreadId, 0));

    private static CallbackExecutor? Make(string name, Disposables own)
    {
        switch (name)
        {
            case "inline":
                return CallbackExecutor.Inline;
            case "dispatcher":
                return CallbackExecutor.Dispatcher;
            case "pool":
                return CallbackExecutor.ThreadPool;
            case "scheduler":
                return CallbackExecutor.FromTaskScheduler(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
            case "context":
                return CallbackExecutor.FromSynchronizationContext(new SynchronizationContext());
            case "thread":
                return own.Keep(new ThreadExecutor("own"));
            default:
                ManualExecutor manual = own.Keep(new ManualExecutor());
                manual.RunOnAThread();
                return manual;
        }
    }

    private static void SignalEach(FenceSource[] sources, int first, int step)
    {
        for (int i = first; i < sources.Length; i += step)
        {
            sources[i].Signal();
        }
    }

    private static void Note(Fence fence, nint state) => s_ran.Enqueue((Environment.CurrentManagedThreadId, fence.Seqno));

    private static void Nothing(Fence fence, nint state)
    {
    }

    private sealed class Disposables : IDisposable
    {
        private readonly List<IDisposable> _items = [];

        public T Keep<T>(T item)
            where T : IDisposable
        {
            _items.Add(item);
            return item;
        }

        public void Dispose() => _items.ForEach(item => item.Dispose());
    }
}
