using FastFence.Platform;

namespace FastFence.Torture.Litmuses;

/// <summary>Runs one part of a litmus: two pinned threads that meet, act, meet, judge.</summary>
internal sealed class LitmusRunner(int lightCore, int heavyCore, TimeSpan limit)
{
    // Mostly close together, where a store buffer shows; every fourth round from "together" to "while the barrier is under way".
    private const int NearSkews = 8;
    private const int FarSkews = 96;

    private readonly long[] _meetings = new long[64]; // two words, lines apart
    private long _deadline;
    private volatile string? _fault;

    private ref long LightAt => ref _meetings[16];

    private ref long HeavyAt => ref _meetings[48];

    /// <summary>Runs until so many rounds are done, so many were missed, or time is up.</summary>
    /// <exception cref="NotSupportedException">A thread could not be pinned.</exception>
    internal PartResult Run(LitmusPair pair, long rounds, long enough)
    {
        _deadline = MonotonicClock.After(limit);
        Array.Clear(_meetings);
        long done = 0;
        long missed = 0;
        bool over = false;
        Thread light = Start("light", lightCore, () =>
        {
            for (long round = 1; Meet(ref LightAt, ref HeavyAt) && !Volatile.Read(ref over); round++)
            {
                pair.WarmLight();
                if (!Meet(ref LightAt, ref HeavyAt))
                {
                    break;
                }

                Skew(LightSkew(round));
                pair.Light();
                if (!Meet(ref LightAt, ref HeavyAt))
                {
                    break;
                }

                pair.LeaveLight();
            }
        });
        Thread heavy = Start("heavy", heavyCore, () =>
        {
            pair.BeginHeavy();
            while (!over)
            {
                over = done == rounds || missed >= enough || MonotonicClock.Nanoseconds >= _deadline;
                if (!over)
                {
                    pair.Prepare();
                }

                if (!Meet(ref HeavyAt, ref LightAt) || over)
                {
                    break;
                }

                pair.WarmHeavy();
                if (!Meet(ref HeavyAt, ref LightAt))
                {
                    break;
                }

                Skew(-LightSkew(done + 1));
                pair.Heavy();
                if (!Meet(ref HeavyAt, ref LightAt))
                {
                    break;
                }

                done++;
                missed += pair.HaveMissed() ? 1 : 0;
            }

            pair.EndHeavy();
        });
        light.Join();
        heavy.Join();
        return _fault == null ? new PartResult(done, missed) : throw new NotSupportedException(_fault);
    }

    private Thread Start(string name, int core, Action body)
    {
        Thread thread = new(() =>
        {
            if (Affinity.TryPinCurrentThread(core, out string reason))
            {
                body();
            }
            else
            {
                _fault = $"the {name} side cannot be pinned to core {core}: {reason}";
            }
        })
        { Name = $"litmus {name}", IsBackground = true };
        thread.Start();
        return thread;
    }

    private static long LightSkew(long round) => round % 4 == 0
        ? (round / 4 % FarSkews) - (FarSkews / 4)
        : (round % (2 * NearSkews)) - NearSkews;

    private static void Skew(long pauses)
    {
        for (; pauses > 0; pauses--)
        {
            Cpu.Pause();
        }
    }

    // False when the other side cannot come.
    private bool Meet(ref long mine, ref long other)
    {
        long here = mine + 1;
        Volatile.Write(ref mine, here);
        for (int spins = 1; Volatile.Read(ref other) < here; spins++)
        {
            Cpu.Pause();
            if (spins % 256 == 0)
            {
                CurrentThread.Yield();
                if (_fault != null)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
