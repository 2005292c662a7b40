using FastFence.Platform;

namespace FastFence.Tool.Pauses;

/// <summary>
/// A thread that makes garbage at a rate, as a host does that parses, formats and keeps some of it: most objects die young, one in
/// <see cref="KeepOneOf"/> takes the place of an old one in a live set of some hundred thousand, and a few are large. So collections
/// are frequent, and each has something to walk.
/// </summary>
internal sealed class GarbageLoad(double megabytesPerSecond)
{
    /// <summary>Records in the live set, about 100 MB.</summary>
    internal const int LiveRecords = 400_000;

    /// <summary>One record in this many stays.</summary>
    internal const int KeepOneOf = 20;

    private const int YoungRecords = 512;
    private const int LargeBytes = 100_000; // over the limit of the large object heap
    private const int LargeOneOf = 20_000;
    private const long SliceNanoseconds = 1_000_000;

    // What pauses have delayed is made up for, or the rate would be another one; but not for ever, where the machine cannot.
    private const long LongestDebtNanoseconds = 1_000_000_000;

    private readonly Record?[] _live = new Record?[LiveRecords];
    private readonly Record?[] _young = new Record?[YoungRecords];
    private uint _stop;
    private uint _random = 1;
    private long _bytes;

    /// <summary>Longest pause that a look between two slices found.</summary>
    internal TimeSpan LongestPause { get; private set; }

    /// <summary>Megabytes allocated since it was filled, by the runtime's own count of this thread. Any thread.</summary>
    internal double Megabytes => Volatile.Read(ref _bytes) / 1e6;

    /// <summary>Is the live set full? The load is at its rate from then on. Any thread.</summary>
    internal bool IsFilled { get; private set; }

    internal void Stop() => Volatile.Write(ref _stop, 1);

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        for (int i = 0; i < LiveRecords && Volatile.Read(ref _stop) == 0; i++)
        {
            _live[i] = Make(i);
        }

        IsFilled = true;
        double bytesPerNanosecond = megabytesPerSecond * 1e6 / 1e9;
        long start = GC.GetAllocatedBytesForCurrentThread();
        long begin = MonotonicClock.Nanoseconds;
        int collections = GC.CollectionCount(0);
        while (Volatile.Read(ref _stop) == 0)
        {
            long now = MonotonicClock.Nanoseconds;
            long bytes = GC.GetAllocatedBytesForCurrentThread() - start;
            Volatile.Write(ref _bytes, bytes);
            long ahead = (long)(bytes / bytesPerNanosecond) - (now - begin);
            if (ahead < -LongestDebtNanoseconds)
            {
                begin += -LongestDebtNanoseconds - ahead;
            }

            LookAtPauses(ref collections);
            if (ahead > 0)
            {
                Nap.For(Math.Max(ahead, SliceNanoseconds));
                continue;
            }

            for (int i = 0; i < YoungRecords; i++)
            {
                Keep(Make(i), i);
            }
        }
    }

    private void Keep(Record record, int i)
    {
        _young[i] = record;
        uint dice = Next();
        if (dice % KeepOneOf == 0)
        {
            _live[(int)(Next() % LiveRecords)] = record;
        }

        if (dice % LargeOneOf == 0)
        {
            record.Body = new byte[LargeBytes];
        }
    }

    // 100 to 500 bytes with its parts: a header, a name and a body, and a neighbour that was made shortly before.
    private Record Make(int i)
    {
        uint dice = Next();
        return new Record
        {
            Name = new string('n', (int)(dice & 31)),
            Body = new byte[16 + ((dice >> 5) & 255)],
            Before = (dice & 0x10000) != 0 ? _young[(i + YoungRecords - 1) % YoungRecords]?.Name : null,
        };
    }

    private uint Next() => (_random = (_random * 1_664_525) + 1_013_904_223) >> 8;

    private void LookAtPauses(ref int collections)
    {
        int now = GC.CollectionCount(0);
        if (now != collections)
        {
            collections = now;
            TimeSpan pause = GC.GetGCMemoryInfo(GCKind.Any).PauseDurations[0];
            LongestPause = pause > LongestPause ? pause : LongestPause;
        }
    }

    private sealed class Record
    {
        internal string? Name { get; init; }

        internal byte[]? Body { get; set; }

        internal string? Before { get; init; }
    }
}
