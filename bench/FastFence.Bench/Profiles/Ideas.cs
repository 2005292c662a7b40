using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;
using FastFence.Memory;
using FastFence.Platform;

namespace FastFence.Bench.Profiles;

/// <summary>Other ways of doing a part, measured beside the way the engine does it. What became of them stands in LOG.md.</summary>
internal static unsafe class Ideas
{
    private const int Calls = 1024;

    [ThreadStatic]
    private static Pair t_pair;

    [ThreadStatic]
    private static nint t_pointer;

    [ThreadStatic]
    private static Pair* t_typed;

    public static IEnumerable<ProfileStep> Steps =>
    [
        new("idea: thread-static struct (as Registry), in a call", () => new LoopContender("idea", FetchPairs, leastBatch: Calls)),
        new("idea: thread-static nint to native words, in a call", () => new LoopContender("idea", FetchPointers, leastBatch: Calls)),
        new("idea: thread-static typed pointer, in a call", () => new LoopContender("idea", FetchTyped, leastBatch: Calls)),
        new("idea: poison by scalar words (as Poison): fill + check", () => PoisonLoop(vector: false)),
        new("idea: poison by two 32-byte vectors: fill + check", () => PoisonLoop(vector: true)),
        new("idea: time-stamp counter through Stopwatch (as MonotonicClock)", () => new LoopContender("idea", ReadClock, leastBatch: Calls)),
        new("idea: Environment.TickCount64 as a coarse clock", () => new LoopContender("idea", ReadTicks, leastBatch: Calls)),
    ];

    private static void FetchPairs(int times)
    {
        t_pair.First = 1;
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += FetchPair();
        }

        Sink.Sum += (long)sum;
    }

    private static void FetchPointers(int times)
    {
        Pair* pair = stackalloc Pair[1];
        pair->First = 1;
        t_pointer = (nint)pair;
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += FetchPointer();
        }

        Sink.Sum += (long)sum;
    }

    private static void FetchTyped(int times)
    {
        Pair* pair = stackalloc Pair[1];
        pair->First = 1;
        t_typed = pair;
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += FetchTypedPointer();
        }

        Sink.Sum += (long)sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong FetchPair() => t_pair.First;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong FetchPointer() => ((Pair*)t_pointer)->First;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong FetchTypedPointer() => t_typed->First;

    private static LoopContender PoisonLoop(bool vector)
    {
        SharedWords slot = new(1);
        return new LoopContender("idea", times =>
        {
            ulong* words = slot.At(0);
            long intact = 0;
            for (int i = 0; i < times; i++)
            {
                intact += (vector ? FillAndCheck(words) : FillAndCheckWords(words)) ? 1 : 0;
            }

            Sink.Sum += intact;
        }, slot, Calls);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool FillAndCheckWords(ulong* slot)
    {
        ulong kept = slot[1];
        for (int i = 0; i < 8; i++)
        {
            slot[i] = Poison.Pattern;
        }

        slot[1] = kept;
        ulong difference = 0;
        for (int i = 0; i < 8; i++)
        {
            difference |= i == 1 ? 0 : slot[i] ^ Poison.Pattern;
        }

        return difference == 0;
    }

    // The kept word (1) is written back with its own value and left out of the comparison.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool FillAndCheck(ulong* slot)
    {
        Vector256<ulong> pattern = Vector256.Create(Poison.Pattern);
        pattern.WithElement(1, slot[1]).Store(slot);
        pattern.Store(slot + 4);
        Vector256<ulong> low = Vector256.Load(slot) ^ pattern;
        Vector256<ulong> high = Vector256.Load(slot + 4) ^ pattern;
        return ((low & Vector256.Create(~0UL, 0, ~0UL, ~0UL)) | high) == Vector256<ulong>.Zero;
    }

    private static void ReadClock(int times)
    {
        long sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += MonotonicClock.Nanoseconds;
        }

        Sink.Sum += sum;
    }

    private static void ReadTicks(int times)
    {
        long sum = 0;
        for (int i = 0; i < times; i++)
        {
            sum += Environment.TickCount64;
        }

        Sink.Sum += sum;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Pair
    {
        public ulong First;
        public ulong Second;
    }
}
