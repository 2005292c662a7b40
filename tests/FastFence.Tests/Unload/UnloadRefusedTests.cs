using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Unload;

/// <summary>Who would wait for himself is refused at once and told why (C17); others may unload from wherever they are.</summary>
public sealed unsafe class UnloadRefusedTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [ThreadStatic]
    private static Exporter? t_exporter;
    private static Exporter? s_exporter;
    private static string? s_refusal;

    private readonly FenceEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void InsideAnAccessSectionItIsRefused()
    {
        Exporter exporter = _engine.CreateExporter("driver");
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        Assert.Contains("C5", Refusal(exporter), StringComparison.Ordinal);
        Assert.False(exporter.IsClosed);
    }

    [Fact]
    public void InItsOwnOpItIsRefused()
    {
        Exporter exporter = t_exporter = _engine.CreateExporter("driver", new ExporterOps { EnableSignaling = &EnableThatUnloads }, 0);
        using FenceSource source = exporter.CreateTimeline("t").CreateFence();
        s_refusal = null;
        source.Fence.EnableSignal();
        Assert.Contains("access section", s_refusal, StringComparison.Ordinal);
        Assert.False(exporter.IsClosed);
    }

    [Fact]
    public void InItsOwnWaitOpItIsRefused()
    {
        Exporter exporter = t_exporter = _engine.CreateExporter("driver", new ExporterOps { Wait = &WaitThatUnloads, CancelWait = &Nothing }, 0);
        using FenceSource source = exporter.CreateTimeline("t").CreateFence();
        s_refusal = null;
        source.Fence.Wait(TimeSpan.FromTicks(1));
        Assert.Contains("its own Wait op", s_refusal, StringComparison.Ordinal);
        Assert.False(exporter.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InACallbackOfItsOwnCodeItIsRefused(bool onDispatcher)
    {
        Exporter exporter = _engine.CreateExporter("driver");
        string? refusal = null;
        Call(onDispatcher, exporter.CodeOwner, () => refusal = Refusal(exporter));
        Until.Holds(() => Volatile.Read(ref refusal) != null, "the callback");
        Assert.Contains("its own callback", refusal, StringComparison.Ordinal);
        Assert.False(exporter.IsClosed);
    }

    [Fact]
    public void InItsOwnDestructorItIsRefused()
    {
        s_exporter = _engine.CreateExporter("driver");
        s_refusal = null;
        s_exporter.Retire(0, &DestructorThatUnloads);
        Until.Holds(() => Volatile.Read(ref s_refusal) != null, "the destructor");
        Assert.Contains("its own destructor", s_refusal, StringComparison.Ordinal);
        Assert.False(s_exporter.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InACallbackOfOthersItGoesOnBehindTheCallersBack(bool onDispatcher)
    {
        // One of its own waits behind the caller: waiting for it in here would be for ever.
        Exporter exporter = _engine.CreateExporter("driver");
        int own = 0;
        Task<UnloadReport>? unload = null;
        Call(onDispatcher, null, () => unload = exporter.UnloadAsync(s_minute), exporter.CodeOwner, () => own++);
        Until.Holds(() => Volatile.Read(ref unload) != null, "the callback");
        Assert.True(unload!.Wait(s_minute));
        Assert.Equal((true, 1), (unload.Result.IsComplete, own));
    }

    [Fact]
    public void ClosingInACallbackOfOthersReturnsAndEndsBehindIt()
    {
        Exporter exporter = _engine.CreateExporter("driver");
        int own = 0;
        bool returned = false;
        Call(true, null, () =>
        {
            exporter.Close();
            Volatile.Write(ref returned, own == 0);
        }, exporter.CodeOwner, () => own++);
        Until.Holds(() => Volatile.Read(ref own) == 1, "the exporter's callback behind it");
        Assert.True(returned, "it waited for what waits for it");
        Until.Holds(() => !exporter.IsBeingClosed, "the end of the close");
        Assert.True(exporter.UnloadAsync(s_minute).Result.IsComplete);
    }

    [Fact]
    public void InADestructorOfOthersItIsAllowed()
    {
        s_exporter = _engine.CreateExporter("driver");
        s_refusal = null;
        _engine.DefaultExporter.Retire(0, &DestructorThatUnloads);
        Until.Holds(() => s_exporter.IsClosed, "the unload");
        Assert.True(s_exporter.UnloadAsync(s_minute).Result.IsComplete);
        Assert.Null(s_refusal);
    }

    [Fact]
    public void AnOnlineReaderMayUnloadBetweenItsSections()
    {
        Exporter exporter = _engine.CreateExporter("driver");
        using Worker worker = new();
        worker.Do(() =>
        {
            using OnlineReader reader = OnlineReader.Register();
            exporter.Close();
            Assert.True(exporter.UnloadAsync(s_minute).Result.IsComplete);
        });
    }

    private void Call(bool onDispatcher, CodeOwner? owner, Action action, CodeOwner? secondOwner = null, Action? second = null)
    {
        FenceRing ring = _engine.CreateRing("r");
        FenceSource source = _engine.CreateTimeline("t").CreateFence();
        ring.EmitDetached(default, out Fence fence);
        fence = onDispatcher ? fence : source.Fence;
        Add(fence, owner, action);
        if (second != null)
        {
            Add(fence, secondOwner, second);
        }

        ring.Consumer.Complete(1);
        source.Signal();
        source.Dispose();
    }

    private static void Add(Fence fence, CodeOwner? owner, Action action)
    {
        AddCallbackResult added = owner == null
            ? fence.AddCallback(static (_, state) => ((Action)state!)(), action, out _)
            : fence.AddCallback(static (_, state) => ((Action)state!)(), action, owner, out _);
        Assert.Equal(AddCallbackResult.Added, added);
    }

    private static string Refusal(Exporter exporter)
    {
        string close = Assert.Throws<InvalidOperationException>(() => exporter.Close()).Message;
        Assert.Equal(close.Replace("Closing", "Unloading", StringComparison.Ordinal), Assert.Throws<InvalidOperationException>(() => { _ = exporter.UnloadAsync(s_minute); }).Message);
        return close;
    }

    private static bool EnableThatUnloads(in FenceOpArgs args)
    {
        s_refusal = Refusal(t_exporter!);
        return true;
    }

    private static void WaitThatUnloads(in FenceOpArgs args, long deadline) => s_refusal = Refusal(t_exporter!);

    private static void DestructorThatUnloads(nint data)
    {
        try
        {
            _ = s_exporter!.UnloadAsync(s_minute);
        }
        catch (InvalidOperationException e)
        {
            Volatile.Write(ref s_refusal, e.Message);
        }
    }

    private static void Nothing(nint data)
    {
    }
}
