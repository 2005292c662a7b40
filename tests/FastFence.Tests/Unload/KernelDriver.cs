using System.Runtime.InteropServices;

namespace FastFence.Tests.Unload;

/// <summary>
/// A driver as the kernel's are: the names and the lock of a queue lie in private data from the engine's slabs, which the driver frees
/// at runtime, long before it goes itself. What has to outlive it (counts) is the test's.
/// </summary>
internal sealed unsafe class KernelDriver : IDisposable
{
    public const string DriverText = "kernel-like";

    private readonly Facts* _facts = (Facts*)NativeMemory.AllocZeroed((nuint)sizeof(Facts));

    public KernelDriver(FenceEngine engine, ExporterCode? code = null)
    {
        ExporterOps ops = new()
        {
            DriverName = &Driver,
            TimelineName = &Timeline,
            EnableSignaling = &Enable,
            Wait = &Wait,
            CancelWait = &CancelWait,
            Release = &Release,
        };
        Exporter = code == null
            ? engine.CreateExporter("captured-driver", ops, (nint)_facts)
            : engine.CreateExporter("captured-driver", ops, (nint)_facts, code);
    }

    public struct Facts
    {
        public int Waiting;
        public int Canceled;
        public int Released;
        public int Destroyed;
        public int DestroyedByCaller;
        public int HoldDestructor;
        public int InDestructor;
        public int IgnoreCancel;
        public int Called;
    }

    public struct Queue
    {
        public Facts* Facts;
        public int Lock;
        public int Owner;
        public int Enabled;
        public int DriverLength;
        public int TimelineLength;
        public fixed byte Driver[32];
        public fixed byte Timeline[32];
    }

    public Exporter Exporter { get; }

    public Facts* Data => _facts;

    public void Dispose() => NativeMemory.Free(_facts);

    /// <summary>A queue: its timeline, and its private data.</summary>
    public Timeline CreateQueue(string name, out nint data)
    {
        data = Exporter.AllocatePrivate(sizeof(Queue));
        Queue* queue = (Queue*)data;
        queue->Facts = _facts;
        queue->DriverLength = Put(DriverText, queue->Driver);
        queue->TimelineLength = Put(name, queue->Timeline);
        return Exporter.CreateTimeline("captured-timeline", new TimelineOptions { PrivateData = data });
    }

    /// <summary>Frees a queue at runtime: signal, then the grace period that the engine sees to, then the destructor.</summary>
    public void DestroyQueue(Timeline timeline, nint data)
    {
        timeline.Close(FenceError.TimelineClosed);
        Retire(data);
    }

    public void Retire(nint data) => Exporter.RetirePrivate(data, sizeof(Queue), &Destroy);

    public static void Lock(nint data)
    {
        SpinWait spin = default;
        while (Interlocked.CompareExchange(ref ((Queue*)data)->Lock, 1, 0) != 0)
        {
            spin.SpinOnce();
        }

        ((Queue*)data)->Owner = Environment.CurrentManagedThreadId;
    }

    public static void Unlock(nint data)
    {
        ((Queue*)data)->Owner = 0;
        Volatile.Write(ref ((Queue*)data)->Lock, 0);
    }

    private static int Put(string text, byte* to) => System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(to, 32));

    private static Utf8Name Driver(in FenceOpArgs args) => new((nint)((Queue*)args.TimelineData)->Driver, ((Queue*)args.TimelineData)->DriverLength);

    private static Utf8Name Timeline(in FenceOpArgs args) => new((nint)((Queue*)args.TimelineData)->Timeline, ((Queue*)args.TimelineData)->TimelineLength);

    private static bool Enable(in FenceOpArgs args)
    {
        Lock(args.TimelineData);
        ((Queue*)args.TimelineData)->Enabled++;
        Unlock(args.TimelineData);
        return true;
    }

    private static void Wait(in FenceOpArgs args, long deadline)
    {
        Facts* facts = (Facts*)args.ExporterData;
        Interlocked.Increment(ref facts->Waiting);
        while (Volatile.Read(ref facts->Canceled) == 0)
        {
            Thread.Yield();
        }

        Interlocked.Decrement(ref facts->Waiting);
    }

    private static void CancelWait(nint data)
    {
        if (Volatile.Read(ref ((Facts*)data)->IgnoreCancel) == 0)
        {
            Volatile.Write(ref ((Facts*)data)->Canceled, 1);
        }
    }

    private static void Release(nint data) => Interlocked.Increment(ref ((Facts*)data)->Released);

    private static void Destroy(nint data)
    {
        Facts* facts = ((Queue*)data)->Facts;
        Volatile.Write(ref facts->InDestructor, 1);
        while (Volatile.Read(ref facts->HoldDestructor) != 0)
        {
            Thread.Yield();
        }

        // The lock that somebody may hold who has just given up the last reference (fault 18).
        facts->DestroyedByCaller |= ((Queue*)data)->Owner == Environment.CurrentManagedThreadId ? 1 : 0;
        Lock(data);
        Unlock(data);
        Interlocked.Increment(ref facts->Destroyed);
    }
}
