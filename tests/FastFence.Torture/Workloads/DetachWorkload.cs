using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 3: a reader stands still inside an op, between having found it and using its data; the exporter signals, and goes.</summary>
internal sealed unsafe class DetachWorkload : Workload
{
    internal const string DetachedData = "detached-data";

    private const int Blocks = 64;
    private const ulong Magic = 0x6D61676963206F70;

    private readonly ulong* _data = (ulong*)NativeMemory.AlignedAlloc(Blocks * 64, 64);
    private ulong _fence;
    private long _insideAtClose;
    private static long s_inside;

    internal DetachWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) => Bodies = [ReplaceExporters, Ask, Ask];

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge() => Counters["closed_while_an_op_stood_still"] = _insideAtClose;

    protected override void Dispose(bool disposing) => NativeMemory.AlignedFree(_data);

    private void ReplaceExporters()
    {
        ExporterOps ops = new() { DriverName = &StandStill, Release = &Release };
        for (int i = 0; !Run.IsStopped; i++)
        {
            ulong* data = _data + ((i % Blocks) * 8);
            new Span<ulong>(data, 8).Fill(Magic);
            Exporter exporter = Run.Engine.CreateExporter("torture-detach", ops, (nint)data);
            FenceSource source = Create(exporter.CreateTimeline("torture-detach"));
            Volatile.Write(ref _fence, source.Fence.Value);
            Run.Rest(1);
            source.Signal();
            if (Breaks(DetachedData))
            {
                Release((nint)data); // without the grace period
            }

            _insideAtClose += Volatile.Read(ref s_inside) != 0 ? 1 : 0;
            exporter.Close();
            source.Dispose();
            EndRound();
        }
    }

    private void Ask()
    {
        while (!Run.IsStopped)
        {
            Fence fence = Fence.FromValue(Volatile.Read(ref _fence));
            if (fence.IsNull || !fence.TryAcquire(out FenceRef held))
            {
                Thread.Sleep(0);
                continue;
            }

            AccessToken token = default;
            if (Run.Options.Unsafe)
            {
                Check(default(AccessView).DriverName(fence));
            }
            else
            {
                using AccessSection section = AccessSection.Begin(ref token);
                Check(section.View.DriverName(fence));
            }

            held.Dispose();
        }
    }

    private void Check(ReadOnlySpan<byte> name)
    {
        if (!name.SequenceEqual("detached-driver"u8) && BitConverter.ToUInt64(name) is var word && word != Magic)
        {
            Report(DetachedData, "an op's data was gone when the op went on", poison: word);
        }
    }

    private static Utf8Name StandStill(in FenceOpArgs args)
    {
        Interlocked.Increment(ref s_inside);
        long until = MonotonicClock.After(TimeSpan.FromMilliseconds(2));
        while (MonotonicClock.Nanoseconds < until)
        {
            CurrentThread.Yield();
        }

        Interlocked.Decrement(ref s_inside);
        return new Utf8Name(args.ExporterData, 8);
    }

    private static void Release(nint data) => new Span<ulong>((void*)data, 8).Fill(Poison.Pattern);
}
