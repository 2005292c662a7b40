using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>Whose records they are and where that thread ran, before the first of some records of a ring.</summary>
/// <param name="Thread">The thread.</param>
/// <param name="Cpu">Its CPU, or <see cref="RecordRing.NoCpu"/>.</param>
internal readonly record struct RecordPlace(int Thread, uint Cpu)
{
    /// <summary>
    /// The place before the first of these: the first record that tells of a change tells what was before. Without one, the ring's own words hold;
    /// of the CPU only if no record may be missing between the look at it and these.
    /// </summary>
    /// <param name="ring">The ring.</param>
    /// <param name="records">What was copied.</param>
    /// <param name="first">Number of the first one.</param>
    /// <param name="cpu">What <see cref="RecordRing.CpuFrom"/> said before they were copied.</param>
    /// <param name="from">From which number on that held.</param>
    public static unsafe RecordPlace Before(RecordRing* ring, ReadOnlySpan<RecordEntry> records, ulong first, uint cpu, ulong from)
    {
        int thread = ring->ThreadId;
        uint before = first <= from ? cpu : RecordRing.NoCpu;
        for (int i = records.Length - 1; i >= 0; i--)
        {
            thread = records[i].Kind == RecordKind.Owner ? (int)records[i].Seqno : thread;
            before = records[i].Kind == RecordKind.Cpu ? (uint)records[i].Seqno : before;
        }

        return new RecordPlace(thread, before);
    }

    /// <summary>The place after these.</summary>
    public RecordPlace After(ReadOnlySpan<RecordEntry> records)
    {
        RecordPlace place = this;
        foreach (ref readonly RecordEntry r in records)
        {
            place = place.After(r);
        }

        return place;
    }

    /// <summary>The place after this one.</summary>
    public RecordPlace After(in RecordEntry record) => record.Kind switch
    {
        RecordKind.Owner => this with { Thread = (int)record.Context },
        RecordKind.Cpu => this with { Cpu = (uint)record.Context },
        _ => this,
    };
}
