using System.Buffers.Text;
using System.Runtime.InteropServices;
using FastFence.Memory;

namespace FastFence.Tool.Demos;

/// <summary>
/// An exporter as drivers in the kernel are: both names lie in private data from the engine's slabs, which the engine poisons when it
/// is freed; its wait op sleeps until it is cancelled.
/// </summary>
internal sealed unsafe class UnloadDriver
{
    /// <summary>Bytes of every name; constant, because a length read from poisoned memory could be anything.</summary>
    internal const int NameBytes = 24;

    private readonly State* _state;
    private readonly nint _names;

    internal UnloadDriver(FenceEngine engine, long number)
    {
        _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        Number = number;
        Exporter = engine.CreateExporter("unload-demo", Ops, (nint)_state);
        _names = Exporter.AllocatePrivate(2 * NameBytes);
        Write(_names, "driver-"u8, number);
        Write(_names + NameBytes, "timeline-"u8, number);
        Timeline = Exporter.CreateTimeline("unload-demo", new TimelineOptions { PrivateData = _names });
    }

    private static ExporterOps Ops => new()
    {
        DriverName = &DriverName,
        TimelineName = &TimelineName,
        Wait = &Wait,
        CancelWait = &CancelWait,
        Release = &Release,
    };

    private struct State
    {
        public int Waiting;
        public int Canceled;
    }

    internal long Number { get; }

    internal Exporter Exporter { get; }

    internal Timeline Timeline { get; }

    internal bool HasSleeper => Volatile.Read(ref _state->Waiting) != 0;

    /// <summary>Hands the names over to the reclaimer, as one does before an unload.</summary>
    internal void RetireNames() => Exporter.FreePrivate(_names, 2 * NameBytes);

    /// <summary>What a driver without the contract does: it frees them at once.</summary>
    internal void FreeNamesAtOnce() => new Span<ulong>((void*)_names, 2 * NameBytes / sizeof(ulong)).Fill(Poison.Pattern);

    /// <summary>The name that it must be, to compare with.</summary>
    internal static void Write(Span<byte> name, ReadOnlySpan<byte> prefix, long number)
    {
        prefix.CopyTo(name);
        Utf8Formatter.TryFormat(number, name[prefix.Length..], out _, new System.Buffers.StandardFormat('D', (byte)(NameBytes - prefix.Length)));
    }

    private static void Write(nint at, ReadOnlySpan<byte> prefix, long number) => Write(new Span<byte>((void*)at, NameBytes), prefix, number);

    private static Utf8Name DriverName(in FenceOpArgs args) => new(args.TimelineData, NameBytes);

    private static Utf8Name TimelineName(in FenceOpArgs args) => new(args.TimelineData + NameBytes, NameBytes);

    private static void Wait(in FenceOpArgs args, long deadline)
    {
        State* state = (State*)args.ExporterData;
        Interlocked.Increment(ref state->Waiting);
        while (Volatile.Read(ref state->Canceled) == 0)
        {
            Thread.Sleep(1);
        }

        Interlocked.Decrement(ref state->Waiting);
    }

    private static void CancelWait(nint data) => Volatile.Write(ref ((State*)data)->Canceled, 1);

    private static void Release(nint data) => NativeMemory.Free((void*)data);
}
