using FastFence.Platform;

namespace FastFence.Torture.Runs;

/// <summary>
/// Two threads that meet before and after each bout, so that both work on the same batch at the same time. The leader decides
/// when it is over; a bout that has begun is ended by both.
/// </summary>
internal sealed class Duel
{
    private long _leader;
    private long _follower;
    private volatile bool _over;

    /// <summary>The leader's body: <paramref name="prepare"/> alone, <paramref name="bout"/> against the follower, <paramref name="after"/> alone.</summary>
    internal void Lead(RunContext run, Action prepare, Action bout, Action after)
    {
        try
        {
            while (!run.IsStopped && !_over)
            {
                prepare();
                bool met = Meet(ref _leader, ref _follower);
                if (met)
                {
                    bout();
                    Meet(ref _leader, ref _follower);
                }

                after();
            }
        }
        finally
        {
            _over = true;
        }
    }

    /// <summary>The follower's body.</summary>
    internal void Follow(Action bout)
    {
        try
        {
            while (Meet(ref _follower, ref _leader))
            {
                bout();
                Meet(ref _follower, ref _leader);
            }
        }
        finally
        {
            _over = true;
        }
    }

    // False when the other one has gone for good.
    private bool Meet(ref long mine, ref long other)
    {
        long here = mine + 1;
        Volatile.Write(ref mine, here);
        for (int spins = 0; Volatile.Read(ref other) < here; spins++)
        {
            if (_over && Volatile.Read(ref other) < here)
            {
                return false;
            }

            if (spins < 64)
            {
                Cpu.Pause();
            }
            else
            {
                CurrentThread.Yield();
            }
        }

        return true;
    }
}
