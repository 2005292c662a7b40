using System.Runtime.InteropServices;

namespace FastFence.Tests.Teardown;

/// <summary>An exporter whose private data counts what happens to it.</summary>
internal sealed unsafe class Driver : IDisposable
{
    private readonly Counts* _counts = (Counts*)NativeMemory.AllocZeroed((nuint)sizeof(Counts));

    private struct Counts
    {
        public int Released;
        public int ReleaseThread;
        public int Waiting;
        public int Canceled;
        public int HoldRelease;
    }

    public int Released => Volatile.Read(ref _counts->Released);

    public int ReleaseThread => _counts->ReleaseThread;

    public int Waiting => Volatile.Read(ref _counts->Waiting);

    public nint Data => (nint)_counts;

    public static ExporterOps ReleaseOnly => new() { Release = &Release };

    public static ExporterOps Sleeping => new() { Release = &Release, Wait = &Wait, CancelWait = &CancelWait };

    public void HoldRelease(bool hold) => Volatile.Write(ref _counts->HoldRelease, hold ? 1 : 0);

    public void Dispose() => NativeMemory.Free(_counts);

    private static void Release(nint data)
    {
        Counts* counts = (Counts*)data;
        counts->ReleaseThread = Environment.CurrentManagedThreadId;
        while (Volatile.Read(ref counts->HoldRelease) != 0)
        {
            Thread.Yield();
        }

        Interlocked.Increment(ref counts->Released);
    }

    private static void Wait(in FenceOpArgs args, long deadline)
    {
        Counts* counts = (Counts*)args.ExporterData;
        Interlocked.Increment(ref counts->Waiting);
        while (Volatile.Read(ref counts->Canceled) == 0)
        {
            Thread.Yield();
        }

        Interlocked.Decrement(ref counts->Waiting);
    }

    private static void CancelWait(nint data) => Volatile.Write(ref ((Counts*)data)->Canceled, 1);
}
