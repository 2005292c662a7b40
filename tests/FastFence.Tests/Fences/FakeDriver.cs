using System.Runtime.InteropServices;
using System.Text;
using FastFence.Reclamation;

namespace FastFence.Tests.Fences;

/// <summary>An exporter whose private data is native memory of its own and whose ops count their calls there.</summary>
internal sealed unsafe class FakeDriver : IDisposable
{
    public struct Facts
    {
        public Utf8Name Driver;
        public Utf8Name Timeline;
        public int EnableCalls;
        public int EnableAnswersPassed;
        public int Passed;
        public int Polls;
        public int Deadlines;
        public long LastDeadline;
        public int Waits;
        public int InWait;
        public int WaitedInsideASection;
        public int Cancels;
        public int Open;
        public int Releases;
        public ulong SignalWhileNamed;
    }

    private readonly Facts* _facts = (Facts*)NativeMemory.AllocZeroed((nuint)sizeof(Facts));

    public FakeDriver(string driver, string timeline)
    {
        _facts->Driver = NameOf(driver);
        _facts->Timeline = NameOf(timeline);
    }

    public Facts* Data => _facts;

    public Exporter CreateOn(FenceEngine engine, bool waits = false)
    {
        ExporterOps ops = new()
        {
            DriverName = &Driver,
            TimelineName = &Timeline,
            EnableSignaling = &Enable,
            IsSignaled = &IsSignaled,
            SetDeadline = &SetDeadline,
            Release = &Release,
        };
        if (waits)
        {
            ops.Wait = &Wait;
            ops.CancelWait = &CancelWait;
        }

        return engine.CreateExporter("captured-driver", ops, (nint)_facts);
    }

    public void Dispose()
    {
        NativeMemory.Free((void*)_facts->Driver.Text);
        NativeMemory.Free((void*)_facts->Timeline.Text);
        NativeMemory.Free(_facts);
    }

    private static Utf8Name NameOf(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        return new Utf8Name((nint)copy, bytes.Length);
    }

    private static Facts* Of(in FenceOpArgs args) => (Facts*)args.ExporterData;

    // A driver that is gone before the reader has its second name: the signal falls between the two ops.
    private static Utf8Name Driver(in FenceOpArgs args)
    {
        ulong handle = Of(args)->SignalWhileNamed;
        if (handle != 0)
        {
            Of(args)->SignalWhileNamed = 0;
            new FenceSource(handle).Signal();
        }

        return Of(args)->Driver;
    }

    private static Utf8Name Timeline(in FenceOpArgs args) => Of(args)->Timeline;

    private static bool Enable(in FenceOpArgs args)
    {
        Interlocked.Increment(ref Of(args)->EnableCalls);
        return Of(args)->EnableAnswersPassed == 0;
    }

    private static bool IsSignaled(in FenceOpArgs args)
    {
        Interlocked.Increment(ref Of(args)->Polls);
        return Of(args)->Passed != 0;
    }

    private static void SetDeadline(in FenceOpArgs args, long deadline)
    {
        Of(args)->LastDeadline = deadline;
        Interlocked.Increment(ref Of(args)->Deadlines);
    }

    private static void Wait(in FenceOpArgs args, long deadline)
    {
        Facts* facts = Of(args);
        Interlocked.Increment(ref facts->Waits);
        facts->WaitedInsideASection |= Reader.IsInside(Registry.CurrentReader()) ? 1 : 0;
        Volatile.Write(ref facts->InWait, 1);
        Race.Until(() => Volatile.Read(ref facts->Open) != 0, "the wait op is let go");
        Volatile.Write(ref facts->InWait, 0);
    }

    private static void CancelWait(nint data)
    {
        Interlocked.Increment(ref ((Facts*)data)->Cancels);
        Volatile.Write(ref ((Facts*)data)->Open, 1);
    }

    private static void Release(nint data) => Interlocked.Increment(ref ((Facts*)data)->Releases);
}
