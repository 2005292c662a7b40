using System.Diagnostics.Metrics;
using System.Globalization;
using FastFence.Atomics;
using FastFence.Platform;
using FastFence.Reclamation;

namespace FastFence.Telemetry;

/// <summary>Readers that are late at this moment, for who looks on: seen in the same section by two looks or more. Looks on its own, on the listener's thread.</summary>
internal static unsafe class LateReaders
{
    private const long LeastNanoseconds = 100_000_000;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, (ulong Phase, long Since)> s_seen = [];

    /// <summary>Looks once.</summary>
    public static List<Measurement<double>> Measure()
    {
        List<Measurement<double>> list = [];
        DomainBlock* domain = Domain.Process;
        long now = MonotonicClock.Nanoseconds;
        ulong phase = Atomic.LoadAcquire(ref domain->Phase);
        lock (s_lock)
        {
            for (ReaderRecord* r = Domain.First(domain); r != null; r = r->Next)
            {
                ulong word = Atomic.LoadAcquire(ref r->Word);
                ulong entered = word & ~(Domain.PhaseStep - 1);
                if (word == 0 || entered >= phase)
                {
                    s_seen.Remove((nint)r);
                }
                else if (!s_seen.TryGetValue((nint)r, out (ulong Phase, long Since) seen) || seen.Phase != entered)
                {
                    s_seen[(nint)r] = (entered, now);
                }
                else if (now - seen.Since >= LeastNanoseconds)
                {
                    list.Add(new Measurement<double>(
                        (now - seen.Since) / 1e9,
                        new KeyValuePair<string, object?>("thread.id", r->ThreadId),
                        new KeyValuePair<string, object?>("thread.name", NameOf(r->ThreadId))));
                }
            }
        }

        return list;
    }

    private static string NameOf(int tid) =>
        SystemFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{tid}/comm"), out string name) ? name : string.Empty;
}
