using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Platform;

internal static unsafe partial class MachineFacts
{
    private const int Batches = 15;

    // A batch lasts some 2 ms: long against reading the clock, short against a scheduler's slice, so that the median
    // batch was not preempted.
    private const long BatchNanoseconds = 2_000_000;

    // From here on a clock read is not answered from user space any more; the vDSO takes 20 to 60 ns.
    private const double SlowClockNanoseconds = 150;

    [ThreadStatic]
    private static int t_read;

    /// <summary>The loops that are measured. Each is a body of its own, so that the JIT compiles the operation in line.</summary>
    internal static readonly IReadOnlyList<(string Name, Action<int> Run)> Operations =
    [
        ("clock read", ReadClock),
        ("locked read-modify-write", AddLocked),
        ("thread-static read", ReadThreadStatic),
        ("system call", CallKernel),
        ("futex wake of nobody", WakeNobody),
        ("process-wide barrier", IssueBarrier),
    ];

    private static void AddCosts(List<MachineFact> facts)
    {
        WarmUp();
        foreach ((string name, Action<int> run) in Operations)
        {
            double cost = Measure(run);
            string value = string.Create(CultureInfo.InvariantCulture, $"{cost:0.0} ns");
            facts.Add(run == ReadClock && cost > SlowClockNanoseconds
                ? Note($"Cost of a {name}", value, "reading the clock leaves user space: see the clock source")
                : Ok($"Cost of a {name}", value));
        }
    }

    // The runtime compiles what was called 30 times once more, optimised, after 100 ms without new methods. Demanding that
    // at once (AggressiveOptimization) would give code without the facts tiering has found: not what the engine runs.
    private static void WarmUp()
    {
        foreach ((_, Action<int> run) in Operations)
        {
            for (int i = 0; i < 64; i++)
            {
                run(16);
            }
        }

        Thread.Sleep(250);
    }

    /// <summary>The median batch's ns for one operation.</summary>
    internal static double Measure(Action<int> run)
    {
        // Doubling finds a batch's length and warms up code and caches on the way.
        int times = 16;
        while (Time(run, times) < BatchNanoseconds && times < 1 << 28)
        {
            times *= 2;
        }

        double[] costs = new double[Batches];
        for (int i = 0; i < Batches; i++)
        {
            costs[i] = (double)Time(run, times) / times;
        }

        Array.Sort(costs);
        return costs[Batches / 2];
    }

    private static long Time(Action<int> run, int times)
    {
        long start = MonotonicClock.Nanoseconds;
        run(times);
        return MonotonicClock.Nanoseconds - start;
    }

    private static void ReadClock(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _ = MonotonicClock.Nanoseconds;
        }
    }

    private static void AddLocked(int times)
    {
        int* word = (int*)NativeMemory.AllocZeroed(sizeof(int));
        for (int i = 0; i < times; i++)
        {
#pragma warning disable RS0030 // The instruction itself is measured: the Atomics floor is above this one.
            _ = Interlocked.Add(ref *word, i);
#pragma warning restore RS0030
        }

        NativeMemory.Free(word);
    }

    private static void ReadThreadStatic(int times)
    {
        t_read = times;
        for (int i = 0; i < times; i++)
        {
            _ = LoadThreadStatic();
        }
    }

    // Not inlined, or the loop would find the thread's slot once and keep it: a caller of the engine finds it each time.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LoadThreadStatic() => t_read;

    private static void CallKernel(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _ = CurrentThread.Id;
        }
    }

    private static void WakeNobody(int times)
    {
        uint* word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));
        for (int i = 0; i < times; i++)
        {
            _ = Futex.Wake(word, 1);
        }

        NativeMemory.Free(word);
    }

    private static void IssueBarrier(int times)
    {
        for (int i = 0; i < times; i++)
        {
            ProcessBarrier.Issue();
        }
    }
}
