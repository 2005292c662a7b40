// trace.dat, version 6: the last that GpuVis reads, and trace-cmd and KernelShark still do. Layout as in trace-cmd.dat(5): magic,
// page texts, event formats, command lines, CPU count, options, then pages of each CPU's ring buffer at a page boundary.
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FastFence.Telemetry;

/// <summary>Writes a <c>trace.dat</c>. Thread class: any; blocks as the stream does.</summary>
internal sealed class TraceDatWriter
{
    private const string HeaderPage =
        "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n" +
        "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";

    private const string HeaderEvent =
        "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n" +
        "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";

    private readonly TraceLog _log;
    private readonly ArrayBufferWriter<byte> _head = new();

    private TraceDatWriter(TraceLog log) => _log = log;

    /// <summary>Writes what the kernel has events for; how many it has none for: awaits.</summary>
    public static long Write(TraceLog log, Stream stream)
    {
        TraceDatWriter writer = new(log);
        ReadOnlyMemory<byte>[] cpus = writer.Pages();
        writer.WriteHead(cpus.Length);
        writer.WritePlaces(cpus);
        stream.Write(writer._head.WrittenSpan);
        foreach (ReadOnlyMemory<byte> pages in cpus)
        {
            stream.Write(pages.Span);
        }

        return log.Events.Count(static e => e.IsAwait);
    }

    private ReadOnlyMemory<byte>[] Pages()
    {
        int count = _log.Events.Count == 0 ? 1 : _log.Events.Max(static e => e.Cpu) + 1;
        TraceDatPages[] pages = [.. Enumerable.Range(0, count).Select(static _ => new TraceDatPages())];
        TraceDatRecords records = new(_log);
        foreach (TraceEvent e in _log.Events.Where(static e => !e.IsAwait))
        {
            pages[e.Cpu].Add(e.TimeNs, records.Of(e));
        }

        return [.. pages.Select(static p => p.Finish())];
    }

    private void WriteHead(int cpus)
    {
        _head.Write((ReadOnlySpan<byte>)[0x17, 0x08, 0x44]);
        Put("tracing6\0");
        _head.Write((ReadOnlySpan<byte>)[0, 8]); // little-endian; size of a long
        Put(TraceDatPages.PageBytes);
        Put("header_page\0");
        PutSized(HeaderPage);
        Put("header_event\0");
        PutSized(HeaderEvent);
        Put(0); // formats of ftrace's own events
        WriteFormats();
        Put(0); // kallsyms
        Put(0); // printk formats
        PutSized(CommandLines());
        Put(cpus);
        Put("options  \0");
        _head.Write((ReadOnlySpan<byte>)[0, 0]);
        Put("flyrecord\0");
    }

    private void WriteFormats()
    {
        IGrouping<string, TraceDatFormat>[] systems = [.. TraceDatFormats.All.GroupBy(static f => f.System)];
        Put(systems.Length);
        foreach (IGrouping<string, TraceDatFormat> system in systems)
        {
            Put(system.Key + "\0");
            Put(system.Count());
            foreach (TraceDatFormat format in system)
            {
                PutSized(format.Text);
            }
        }
    }

    private string CommandLines()
    {
        StringBuilder lines = new();
        foreach (TraceThread thread in _log.Threads)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{thread.Tid} {thread.Name}\n");
        }

        return lines.ToString();
    }

    // Offset and size of each CPU's pages; the first offset is the next page boundary.
    private void WritePlaces(ReadOnlyMemory<byte>[] cpus)
    {
        long offset = Align(_head.WrittenCount + (16L * cpus.Length));
        foreach (ReadOnlyMemory<byte> pages in cpus)
        {
            Put(offset);
            Put((long)pages.Length);
            offset += pages.Length;
        }

        _head.Write<byte>(new byte[Align(_head.WrittenCount) - _head.WrittenCount]);
    }

    private static long Align(long offset) => (offset + TraceDatPages.PageBytes - 1) & -TraceDatPages.PageBytes;

    private void PutSized(string text)
    {
        Put((long)Encoding.UTF8.GetByteCount(text));
        Put(text);
    }

    private void Put(string text) => _head.Write<byte>(Encoding.UTF8.GetBytes(text));

    private void Put(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _head.Write(bytes);
    }

    private void Put(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _head.Write(bytes);
    }
}
