using FastFence.Fences;
using FastFence.Platform;

namespace FastFence.Instructions;

/// <summary>The paths that are held to their count, on one engine without a poller.</summary>
internal sealed unsafe class HotPaths : IDisposable
{
    private const int Depth = 256;

    private readonly FenceEngine _engine = new(new FenceEngineOptions { StartPoller = false });
    private readonly Timeline _timeline;
    private readonly FenceSource _pending;
    private readonly FenceRing _ring;
    private long _sum;

    public HotPaths()
    {
        _timeline = _engine.CreateTimeline("instructions", new TimelineOptions { SingleEmitter = true, Watchdog = Timeout.InfiniteTimeSpan });
        _pending = _engine.CreateTimeline("pending").CreateFence(); // on one of its own, or all that follow would be out of turn
        _ring = _engine.CreateRing("instructions", new RingOptions { Capacity = Depth });
        _engine.Block->Clock.Publish(MonotonicClock.Nanoseconds); // as a poller does every turn
        All =
        [
            new("create + release", CreateRelease),
            new("create + signal + release", CreateSignalRelease),
            new("create + signal + release, thread in hand", CreateSignalReleaseInHand),
            new("create + signal + release, shared fence", CreateShareSignalRelease),
            new("create + 1 callback + signal + release", CreateCallSignalRelease),
            new("add + remove callback", AddRemove),
            new("is signaled", IsSignaled),
            new("acquire + release a reference", AcquireRelease),
            new("access section", EmptySection),
            new("access section + name", SectionAndName),
            new("describe", Describe),
            new("wait for a signaled fence", WaitSignaled),
            new("emit + complete + poll + release", EmitCompletePoll),
        ];
    }

    /// <summary>The paths, in the table's order.</summary>
    public IReadOnlyList<HotPath> All { get; }

    public void Dispose()
    {
        _pending.Signal();
        _pending.Dispose();
        _ring.Dispose();
        _timeline.Dispose();
        _engine.Dispose();
        GC.KeepAlive(_sum);
    }

    private void CreateRelease(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _timeline.TryCreateFence(out FenceSource source);
            source.Dispose();
        }
    }

    private void CreateSignalRelease(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _timeline.TryCreateFence(out FenceSource source);
            source.Signal();
            source.Dispose();
        }
    }

    private void CreateSignalReleaseInHand(int times)
    {
        FenceThread thread = FenceThread.GetCurrent();
        for (int i = 0; i < times; i++)
        {
            thread.TryCreateFence(_timeline, out FenceSource source);
            thread.Signal(source);
            thread.Dispose(source);
        }
    }

    private void CreateShareSignalRelease(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _timeline.TryCreateFence(out FenceSource source);
            _sum += (long)source.Fence.Value;
            source.Signal();
            source.Dispose();
        }
    }

    private void CreateCallSignalRelease(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _timeline.TryCreateFence(out FenceSource source);
            source.Fence.AddCallback(&Nothing, 0, out _);
            source.Signal();
            source.Dispose();
        }
    }

    private void AddRemove(int times)
    {
        Fence fence = _pending.Fence;
        for (int i = 0; i < times; i++)
        {
            fence.AddCallback(&Nothing, 0, out CallbackRegistration registration);
            registration.Remove();
        }
    }

    private void IsSignaled(int times)
    {
        Fence fence = _pending.Fence;
        for (int i = 0; i < times; i++)
        {
            _sum += fence.IsSignaled ? 1 : 0;
        }
    }

    private void AcquireRelease(int times)
    {
        Fence fence = _pending.Fence;
        for (int i = 0; i < times; i++)
        {
            fence.TryAcquire(out FenceRef reference);
            reference.Dispose();
        }
    }

    private void EmptySection(int times)
    {
        for (int i = 0; i < times; i++)
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
        }
    }

    private void SectionAndName(int times)
    {
        Fence fence = _pending.Fence;
        for (int i = 0; i < times; i++)
        {
            AccessToken token = default;
            using AccessSection section = AccessSection.Begin(ref token);
            _sum += section.View.TimelineName(fence).Length;
        }
    }

    private void Describe(int times)
    {
        Fence fence = _pending.Fence;
        Span<byte> text = stackalloc byte[256];
        for (int i = 0; i < times; i++)
        {
            _sum += FenceDescriber.Describe(fence, text);
        }
    }

    private void WaitSignaled(int times)
    {
        Fence fence = Fence.Stub;
        for (int i = 0; i < times; i++)
        {
            _sum += fence.Wait(TimeSpan.FromSeconds(1)).IsSuccess ? 1 : 0;
        }
    }

    // In full rings: the poller's turn is shared by as many as it retires.
    private void EmitCompletePoll(int times)
    {
        RingCommand command = new() { Opcode = 1 };
        Span<FenceRef> fences = stackalloc FenceRef[Depth];
        for (int done = 0; done < times; done += Depth)
        {
            for (int i = 0; i < Depth; i++)
            {
                _ring.Emit(command, out fences[i]);
                _ring.Consumer.TryTake(out _);
            }

            _ring.Consumer.Complete(_ring.Consumer.Position);
            _engine.Poller.DoWork();
            for (int i = 0; i < Depth; i++)
            {
                fences[i].Dispose();
            }
        }
    }

    private static void Nothing(Fence fence, nint state)
    {
    }
}
