using System.Runtime.InteropServices;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>
/// Two rings whose jobs wait for each other's fences in turn, a device that no collection stops (a thread of the native library), and
/// collections of a large live set. What is looked at is when the device began its jobs.
/// </summary>
internal sealed unsafe class JobsDemo(JobsDemoOptions options)
{
    private const int JobsOfARing = 1 << 15;
    private const long JobNanoseconds = 100_000;
    private const int FirstNodes = 4_000_000;
    private const int MostNodes = 64_000_000;
    private const ulong WarmUpJobs = 500;

    private Node? _live;
    private int _nodes;

    /// <summary>Both pollers, one after the other.</summary>
    internal JobsReport Execute(CancellationToken stop)
    {
        if (!NativePollerLibrary.IsAvailable)
        {
            throw new IOException($"This demo needs the native library for its device: {NativePollerLibrary.Reason}");
        }

        Grow();
        return new JobsReport(options, [Measure(PollerKind.Native, stop), Measure(PollerKind.Managed, stop)]);
    }

    // Until a collection takes as long as was asked for.
    private void Grow()
    {
        for (int more = FirstNodes; ; more = _nodes)
        {
            for (int i = 0; i < more; i++)
            {
                _live = new Node(_live);
            }

            _nodes += more;
            if (Collect(out _) >= options.PauseMilliseconds || _nodes >= MostNodes)
            {
                return;
            }
        }
    }

    private static double Collect(out long end)
    {
        TimeSpan before = GC.GetTotalPauseDuration();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        end = MonotonicClock.Nanoseconds;
        return (GC.GetTotalPauseDuration() - before).TotalMilliseconds;
    }

    private JobsFigures Measure(PollerKind kind, CancellationToken stop)
    {
        using FenceEngine engine = new(new FenceEngineOptions
        {
            PollerKind = kind,
            PollerCore = LastCore(),
            PollerSpin = TimeSpan.FromSeconds(1),
            HeartbeatLimit = TimeSpan.FromSeconds(30),
        });
        FenceRing[] rings = [engine.CreateRing("a", new RingOptions { Capacity = JobsOfARing }), engine.CreateRing("b", new RingOptions { Capacity = JobsOfARing })];
        Emit(rings);
        RingDriverWords* words = (RingDriverWords*)NativeMemory.AlignedAlloc((nuint)sizeof(RingDriverWords), 128);
        long* starts = (long*)NativeMemory.AllocZeroed(2 * JobsOfARing * sizeof(long));
        try
        {
            *words = default;
            words->Rings[0] = (ulong)rings[0].Block;
            words->Rings[1] = (ulong)rings[1].Block;
            words->Count = 2;
            words->Starts = starts;
            words->Capacity = 2 * JobsOfARing;
            if (NativePollerLibrary.Drive(words) != 0)
            {
                throw new IOException("The device's thread could not be made.");
            }

            AwaitJobs(words, WarmUpJobs, stop);
            long begin = MonotonicClock.Nanoseconds;
            List<JobsPause> pauses = [];
            for (int i = 0; i < options.Pauses && !stop.IsCancellationRequested; i++)
            {
                double pause = Collect(out long end);
                AwaitJobs(words, Volatile.Read(ref words->Jobs) + 20, stop);
                pauses.Add(Look(words, end - (long)(pause * 1e6), end, pause));
            }

            long before = Look(words, starts[0], begin, 0).GapNs;
            return new JobsFigures(engine.Poller.Kind == PollerKind.Native ? "native" : "managed", $"{engine.Poller.Pinning}; {engine.Poller.KindReason}", before, pauses);
        }
        finally
        {
            End(words, rings);
            NativeMemory.AlignedFree(words);
            NativeMemory.Free(starts);
        }
    }

    // Each job but the first waits for the one emitted before it, on the other ring.
    private static void Emit(FenceRing[] rings)
    {
        RingCommand job = new() { Opcode = 1, DurationNanoseconds = JobNanoseconds };
        FenceRef last = default;
        for (int i = 0; i < 2 * JobsOfARing; i++)
        {
            FenceRef fence;
            EmitResult result = i == 0 ? rings[0].Emit(job, out fence) : rings[i % 2].EmitWhen([last.Fence], job, out fence);
            if (result != EmitResult.Emitted)
            {
                throw new InvalidOperationException($"Job {i} was not emitted: {result}");
            }

            if (i != 0)
            {
                last.Dispose();
            }

            last = fence;
        }

        last.Dispose();
    }

    private static void AwaitJobs(RingDriverWords* words, ulong jobs, CancellationToken stop)
    {
        while (Volatile.Read(ref words->Jobs) < Math.Min(jobs, words->Capacity) && !stop.IsCancellationRequested)
        {
            Nap.For(1_000_000);
        }
    }

    // A gap counts with the part of it that lies between begin and end.
    private static JobsPause Look(RingDriverWords* words, long begin, long end, double pause)
    {
        ulong jobs = Volatile.Read(ref words->Jobs);
        long gap = 0;
        long begun = 0;
        long former = begin;
        for (ulong i = 0; i < jobs && words->Starts[i] < end; i++)
        {
            if (words->Starts[i] >= begin)
            {
                begun++;
                gap = Math.Max(gap, words->Starts[i] - former);
                former = words->Starts[i];
            }
        }

        return new JobsPause(pause, begun, Math.Max(gap, end - former));
    }

    private static void End(RingDriverWords* words, FenceRing[] rings)
    {
        Volatile.Write(ref words->Stop, 1);
        while (words->Count != 0 && Volatile.Read(ref words->HasEnded) == 0)
        {
            Nap.For(1_000_000);
        }

        foreach (FenceRing ring in rings)
        {
            ring.Fail(FenceError.Canceled); // the device is quiet
        }
    }

    private static int? LastCore()
    {
        if (!Affinity.TryGetCurrent(out CoreSet cores) || cores.Count < 2)
        {
            return null;
        }

        int core = CoreSet.Capacity - 1;
        while (!cores.Contains(core))
        {
            core--;
        }

        return core;
    }

    private sealed class Node(Node? next)
    {
        internal Node? Next { get; } = next;
    }
}
