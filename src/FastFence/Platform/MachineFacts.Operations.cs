using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastFence.Platform;

internal static unsafe partial class MachineFacts
{
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
