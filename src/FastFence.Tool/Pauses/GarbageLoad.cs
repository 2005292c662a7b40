using FastFence.Platform;

namespace FastFence.Tool.Pauses;

/// <summary>
/// A thread that makes garbage at a rate, against a live graph of some hundred thousand small objects, so that collections are
/// frequent and have something to walk; and what the collections did.
/// </summary>
internal sealed class GarbageLoad(double megabytesPerSecond)
{
    private const int LiveNodes = 600_000;
    private const int NodeBytes = 32 + 24 + 72; // node and payload, with headers
    private const long SliceNanoseconds = 1_000_000;

    private readonly Node?[] _live = new Node?[LiveNodes];
    private uint _stop;

    /// <summary>Longest pause that a look between two slices found.</summary>
    internal TimeSpan LongestPause { get; private set; }

    /// <summary>Megabytes allocated.</summary>
    internal double Megabytes { get; private set; }

    internal void Stop() => Volatile.Write(ref _stop, 1);

    /// <summary>The thread's body.</summary>
    internal void Run()
    {
        uint random = 1;
        long due = MonotonicClock.Nanoseconds;
        int collections = GC.CollectionCount(0);
        double perSlice = megabytesPerSecond * 1e6 / NodeBytes * SliceNanoseconds / 1e9;
        while (Volatile.Read(ref _stop) == 0)
        {
            for (int i = 0; i < perSlice; i++)
            {
                random = (random * 1_664_525) + 1_013_904_223;
                int at = (int)(random >> 8) % LiveNodes;
                _live[at] = new Node(_live[(at + 1) % LiveNodes]?.Payload ?? new byte[48], new byte[48]);
            }

            Megabytes += perSlice * NodeBytes / 1e6;
            if (GC.CollectionCount(0) is var now && now != collections)
            {
                collections = now;
                TimeSpan pause = GC.GetGCMemoryInfo(GCKind.Any).PauseDurations[0];
                LongestPause = pause > LongestPause ? pause : LongestPause;
            }

            // What a pause has delayed is not made up for: that would be another load.
            due = Math.Max(due + SliceNanoseconds, MonotonicClock.Nanoseconds - SliceNanoseconds);
            Nap.For(Math.Max(0, due - MonotonicClock.Nanoseconds));
        }
    }

    private sealed class Node(byte[] neighbour, byte[] payload)
    {
        internal byte[] Neighbour { get; } = neighbour;

        internal byte[] Payload { get; } = payload;
    }
}
