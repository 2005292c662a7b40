using System.Runtime.InteropServices;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

/// <summary>
/// The store-buffer litmus (Dekker) with the fence on one side only: the light side stores and loads, the heavy side issues
/// the barrier between its store and its load. Both reading 0 is what the barrier must make impossible.
/// </summary>
public sealed unsafe class ProcessBarrierTests : IDisposable
{
    private const int Rounds = 100_000;
    private const nuint LineApart = 128;
    private const long MostNanoseconds = 3_000_000_000;

    private readonly byte* _words = (byte*)NativeMemory.AlignedAlloc(4 * LineApart, LineApart);
    private long _giveUp;

    private ref int LightAtStart => ref *(int*)_words;

    private ref int HeavyAtStart => ref *(int*)(_words + LineApart);

    private ref int X => ref *(int*)(_words + (2 * LineApart));

    private ref int Y => ref *(int*)(_words + (3 * LineApart));

    public void Dispose() => NativeMemory.AlignedFree(_words);

    [Fact]
    public void WithTheBarrierBothSidesNeverMissEachOther()
    {
        SkipOnOneCore();
        (int missed, int rounds) = RunLitmus(ProcessBarrier.Issue);
        Assert.Equal(0, missed);
        Assert.SkipWhen(rounds < 1000, $"only {rounds} rounds in the time given: inconclusive");
    }

    [Fact]
    public void WithoutItTheyDoSoThatTheTestAboveCanFail()
    {
        SkipOnOneCore();
        int missed = 0;
        for (int attempt = 0; attempt < 5 && missed == 0; attempt++)
        {
            missed = RunLitmus(static () => { }).Missed;
        }

        Assert.SkipWhen(missed == 0, "this machine never reordered the stores: the barrier's litmus is inconclusive here");
    }

    [Fact]
    public void TheKernelIsAskedWhereItOffersTheBarrier()
    {
        const int PrivateExpedited = 1 << 3;
        nint commands = ProcessBarrier.QuerySupport();
        Assert.Equal(commands > 0 && (commands & PrivateExpedited) != 0, ProcessBarrier.IsKernelAssisted);
        ProcessBarrier.Issue();
    }

    private static void SkipOnOneCore() => Assert.SkipWhen((Affinity.TryGetCurrent(out CoreSet cores) ? cores.Count : Environment.ProcessorCount) < 2, "one core reorders nothing");

    private static int[] TwoCores() => Affinity.TryGetCurrent(out CoreSet allowed)
        ? [.. Enumerable.Range(0, CoreSet.Capacity).Where(allowed.Contains).Take(2)]
        : [0, 1];

    // On one core after the other they would see each other's stores in order. Where pinning fails, chance must do.
    private static Thread StartOn(int core, Action body)
    {
        Thread thread = new(() =>
        {
            _ = Affinity.TryPinCurrentThread(core, out _);
            body();
        });
        thread.Start();
        return thread;
    }

    private (int Missed, int Rounds) RunLitmus(Action heavyFence)
    {
        NativeMemory.Clear(_words, 4 * LineApart);
        _giveUp = MonotonicClock.Nanoseconds + MostNanoseconds;
        bool[] lightMissed = new bool[Rounds + 1];
        bool[] heavyMissed = new bool[Rounds + 1];
        int lightRounds = 0;
        int heavyRounds = 0;
        int[] cores = TwoCores();
        Thread light = StartOn(cores[0], () => lightRounds = RunLight(lightMissed));
        Thread heavy = StartOn(cores[1], () => heavyRounds = RunHeavy(heavyMissed, heavyFence));
        light.Join();
        heavy.Join();

        int both = 0;
        int rounds = Math.Min(lightRounds, heavyRounds);
        for (int round = 1; round <= rounds; round++)
        {
            both += lightMissed[round] && heavyMissed[round] ? 1 : 0;
        }

        return (both, rounds);
    }

    private int RunLight(bool[] missed)
    {
        for (int round = 1; round <= Rounds; round++)
        {
            if (!Meet(ref LightAtStart, ref HeavyAtStart, round))
            {
                return round - 1;
            }

            // From "together" to "while the barrier is under way".
            for (int i = round % 48; i > 0; i--)
            {
                Cpu.Pause();
            }

            Volatile.Write(ref X, round);
            missed[round] = Volatile.Read(ref Y) < round;
        }

        return Rounds;
    }

    private int RunHeavy(bool[] missed, Action fence)
    {
        for (int round = 1; round <= Rounds; round++)
        {
            if (!Meet(ref HeavyAtStart, ref LightAtStart, round))
            {
                return round - 1;
            }

            Volatile.Write(ref Y, round);
            fence();
            missed[round] = Volatile.Read(ref X) < round;
        }

        return Rounds;
    }

    private bool Meet(ref int mine, ref int other, int round)
    {
        Volatile.Write(ref mine, round);
        for (int spins = 1; Volatile.Read(ref other) < round; spins++)
        {
            Cpu.Pause();
            if (spins % 256 == 0)
            {
                CurrentThread.Yield();
                if (MonotonicClock.Nanoseconds > _giveUp)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
