using System.Buffers.Binary;
using System.Text;

namespace FastFence.Telemetry;

/// <summary>The payload of each record: the common fields, the event's own, its strings behind them.</summary>
/// <remarks>
/// The scheduler's old events know fences and entities by address. A number per job and per timeline stands for it, unique in its
/// low 32 bits (GpuVis compares those).
/// </remarks>
internal sealed class TraceDatRecords(TraceLog log)
{
    private const ulong FenceAddress = 0xFFFF_8880_0000_0000;
    private const ulong EntityAddress = 0xFFFF_8881_0000_0000;
    private const ulong AddressStep = 64;

    private readonly Dictionary<(ulong Context, ulong Seqno), ulong> _jobs = [];
    private readonly Dictionary<ulong, ulong> _entities = [];
    private readonly byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>The payload of an event; valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(in TraceEvent e)
    {
        _length = 0;
        Put((ushort)TraceDatFormats.All[(int)e.Kind].Id);
        Put((ushort)0); // flags, preempt count
        Put(e.Tid);
        switch (e.Kind)
        {
            case TraceEventKind.JobQueue or TraceEventKind.JobRun:
                PutJob(e);
                break;
            case TraceEventKind.JobDone:
                Put(FenceAddress + (AddressStep * NumberOf(e)));
                break;
            case TraceEventKind.JobAddDependency or TraceEventKind.JobUnschedulable:
                Put(e.Context);
                Put(e.Seqno);
                Put(e.OtherContext);
                Put(e.OtherSeqno);
                break;
            default:
                PutFence(e);
                break;
        }

        return _bytes.AsSpan(0, _length);
    }

    private void PutFence(in TraceEvent e)
    {
        const int Strings = TraceDatFormat.CommonBytes + 16;
        int driver = Encoding.UTF8.GetByteCount(log.Names[e.Driver]) + 1;
        int timeline = Encoding.UTF8.GetByteCount(log.Names[e.Timeline]) + 1;
        Put(Location(Strings, driver));
        Put(Location(Strings + driver, timeline));
        Put((uint)e.Context);
        Put((uint)e.Seqno);
        Put(log.Names[e.Driver]);
        Put(log.Names[e.Timeline]);
    }

    private void PutJob(in TraceEvent e)
    {
        const int Strings = TraceDatFormat.CommonBytes + 40;
        ulong job = NumberOf(e);
        Put(EntityAddress + (AddressStep * EntityOf(e.Context)));
        Put(FenceAddress + (AddressStep * job));
        Put(Location(Strings, Encoding.UTF8.GetByteCount(log.Names[e.Timeline]) + 1));
        Put(0); // the id's alignment
        Put(e.Job != 0 ? e.Job : job);
        Put(e.JobCount);
        Put(e.HardwareJobCount);
        Put(log.Names[e.Timeline]);
    }

    private static uint Location(int offset, int bytes) => (uint)offset | ((uint)bytes << 16);

    private ulong NumberOf(in TraceEvent e) => NumberIn(_jobs, (e.Context, e.Seqno));

    private ulong EntityOf(ulong context) => NumberIn(_entities, context);

    private static ulong NumberIn<TKey>(Dictionary<TKey, ulong> numbers, TKey key)
        where TKey : notnull
    {
        if (!numbers.TryGetValue(key, out ulong number))
        {
            number = (ulong)numbers.Count + 1;
            numbers.Add(key, number);
        }

        return number;
    }

    private void Put(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(ushort);
    }

    private void Put(int value) => Put((uint)value);

    private void Put(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(uint);
    }

    private void Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    // Names have at most 240 bytes (NameTable): two and the fields fit.
    private void Put(string text)
    {
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        _bytes[_length++] = 0;
    }
}
