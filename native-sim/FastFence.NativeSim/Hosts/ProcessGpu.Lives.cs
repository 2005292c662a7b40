// The lives of a device: who starts them, who sees their end, and what follows.
using FastFence.NativeSim.Hosts;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim;

public sealed partial class ProcessGpu
{
    private const int LookMilliseconds = 50;
    private const int EndMilliseconds = 2_000;
    private const int MostRecoverers = 15;

    // So many lives in a row that ended before they ran: the device is lost for good.
    private const int MostStillbirths = 3;

    private readonly List<DeviceLife> _former = [];
    private DeviceLife? _life;
    private Thread? _supervisor;
    private volatile bool _stopping;
    private bool _lost;
    private bool _started;
    private int _stillbirths;
    private long _lives;
    private TimeSpan _formerTime;

    /// <summary>Makes the mapping, starts the process and waits until its engines run. One that is started by hand is waited for only if a time is given.</summary>
    /// <param name="timeout">How long it may take; 30 s for a process unless given.</param>
    /// <exception cref="IOException">The process cannot be started, ended at once (its reason is on standard error), or took too long.</exception>
    public void Start(TimeSpan? timeout = null)
    {
        DeviceLife life;
        lock (_gate)
        {
            if (_started)
            {
                return;
            }

            _started = true;
            _life = life = Begin();
            life.Visitors++;
            _supervisor = new Thread(Supervise) { Name = "device supervisor", IsBackground = true };
            _supervisor.Start();
        }

        try
        {
            WaitUntilReady(life, timeout);
        }
        finally
        {
            Leave(life);
        }
    }

    private void WaitUntilReady(DeviceLife life, TimeSpan? timeout)
    {
        long deadline = DeviceClock.Nanoseconds + (long)(timeout ?? TimeSpan.FromSeconds(30)).TotalNanoseconds;
        while ((_options.StartProcess || timeout != null) && !life.WasReady)
        {
            if (life.IsDead)
            {
                throw new IOException("The device's process has ended before it ran; what it said is on standard error.");
            }

            if (DeviceClock.Nanoseconds >= deadline)
            {
                throw new IOException("The device's process did not come up in time.");
            }

            DeviceLife.Nap();
        }
    }

    /// <summary>Ends the process and frees the memory; dispose the engine first. Rings that an engine still uses keep their memory.</summary>
    public void Dispose()
    {
        Thread? supervisor;
        lock (_gate)
        {
            _stopping = true;
            supervisor = _supervisor;
            _supervisor = null;
        }

        supervisor?.Join();
        lock (_gate)
        {
            if (_life is { } life)
            {
                life.AskToEnd();
                if (!life.HasProcess || life.WaitForEnd(EndMilliseconds) || life.End(EndMilliseconds))
                {
                    _former.Add(life);
                }

                _life = null;
            }

            SweepFormer();
        }
    }

    // The present life, which stays until it is left, though another may take its place; null when there is none.
    internal DeviceLife? Visit()
    {
        lock (_gate)
        {
            if (_life is { } life)
            {
                life.Visitors++;
            }

            return _life;
        }
    }

    internal void Leave(DeviceLife life)
    {
        lock (_gate)
        {
            life.Visitors--;
        }
    }

    // The present life, or a new one in place of a dead one; null when there is none any more.
    private DeviceLife? TryLive()
    {
        if (_life is { IsDead: false } life)
        {
            return life;
        }

        return _lost || !_started || _stopping || _life == null ? null : Replace(_life);
    }

    private DeviceLife? Replace(DeviceLife dead)
    {
        _ = dead.End(EndMilliseconds); // first: one that ends by itself when asked would look like a death of its own
        dead.AskToEnd();
        _formerTime += dead.ReadProcessorTime();
        _former.Add(dead);
        _stillbirths = dead.WasReady || dead.WasEnded ? 0 : _stillbirths + 1;
        _life = null;
        if (!_options.Restarts || _stillbirths >= MostStillbirths)
        {
            _lost = true;
            return null;
        }

        try
        {
            return _life = Begin();
        }
        catch (IOException)
        {
            _lost = true; // the machine refuses; rings are closed with -EIO, and CheckHealth says so
            return null;
        }
    }

    private DeviceLife Begin()
    {
        DeviceLife life = new(_options.Layout, (ulong)Interlocked.Increment(ref _lives), _options.Habits);
        try
        {
            _options.Announced?.Invoke(life.Map.Path);
            if (_options.StartProcess)
            {
                life.StartProcess();
            }

            return life;
        }
        catch
        {
            life.Dispose();
            throw;
        }
    }

    // Sees a life's end at once, by its process's descriptor. Allocates nothing while nothing happens.
    private void Supervise()
    {
        while (!_stopping)
        {
            DeviceLife? life;
            lock (_gate)
            {
                life = TryLive();
                life?.LookForProcess();
                SayEnds();
                SweepFormer();
            }

            RecoverDead();
            if (life is not { HasProcess: true })
            {
                Thread.Sleep(LookMilliseconds);
            }
            else
            {
                _ = life.WaitForEnd(LookMilliseconds);
            }
        }
    }

    // Every ring whose life has ended goes on in another one: with what it had if the life was ended for another ring's sake.
    private void RecoverDead()
    {
        while (!_stopping && NextDead() is { } dead)
        {
            // Side by side: the fences of all end before the first ring has waited for a new process.
            List<Thread> others = [];
            while (others.Count < MostRecoverers && NextDead() is { } other)
            {
                Thread thread = new(() => Recover(other)) { Name = "device recovery", IsBackground = true };
                thread.Start();
                others.Add(thread);
            }

            Recover(dead);
            others.ForEach(static t => t.Join());
        }
    }

    private void Recover(RingSeat seat)
    {
        // The ring's own lock, which its recovery takes: who resets it at this moment has moved it when we come.
        lock (seat.Ring!)
        {
            if (IsSeat(seat))
            {
                seat.Ring.Recover(seat.Life.WasEnded ? FenceError.None : FenceError.DeviceLost);
            }
        }

        seat.IsSettled = true; // in another life, or closed
    }

    private RingSeat? NextDead()
    {
        lock (_gate)
        {
            foreach (RingSeat seat in _seats.Values)
            {
                if (seat.Life.IsDead && !seat.IsBeingRecovered)
                {
                    seat.IsBeingRecovered = true;
                    return seat;
                }
            }

            return null;
        }
    }

    // Has every ring been told of its device's end, and do they all lie in a life that lasts? For who plays faults.
    internal bool IsRecovered
    {
        get
        {
            lock (_gate)
            {
                foreach (RingSeat seat in _seats.Values)
                {
                    if (seat.Life.IsDead && !seat.IsSettled)
                    {
                        return false;
                    }
                }

                return _life is { IsDead: false };
            }
        }
    }

    private bool IsSeat(RingSeat seat)
    {
        lock (_gate)
        {
            return _seats.GetValueOrDefault(seat.Ring!) == seat;
        }
    }

    // The engine tells a device of a ring's stop, not of what follows: it may go on elsewhere, or be closed.
    private void SayEnds()
    {
        foreach (RingSeat seat in _seats.Values)
        {
            if (seat.Ring!.Condition == RingCondition.Closed)
            {
                seat.Life.SayEnded(seat.Place);
            }
        }
    }

    private void SweepFormer()
    {
        DropClosed(); // nobody names a life that goes
        for (int i = _former.Count - 1; i >= 0; i--)
        {
            if (!_former[i].IsInUse)
            {
                _former[i].Dispose();
                _former.RemoveAt(i);
            }
        }
    }

    // Rings that are closed and reclaimed: their places are free again.
    private void DropClosed()
    {
        foreach (RingSeat seat in _seats.Values)
        {
            if (seat.Life.IsFree(seat.Place))
            {
                _seats.Remove(seat.Ring!); // removing while enumerating is allowed
            }
        }
    }
}
