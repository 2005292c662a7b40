// The thread of an engine: a loop of passes, and what it does when a pass found nothing. Nothing here allocates.
namespace FastFence.NativeSim;

public sealed partial class SimulatedEngine
{
    // Below this a yield (0.7 us with nobody there, a time slice with somebody) would miss the end of a job.
    private const long SpinNanoseconds = 3_000;

    // The framework sleeps in milliseconds and comes back a tenth late: only far deadlines are slept for.
    private const long SleepNanoseconds = 2_500_000;

    // An engine that has found nothing for so long parks on its ring's doorbell.
    private const long YieldNanoseconds = 100_000;

    // Longest park on the only ring; with several rings only one doorbell can be slept on, so others are looked at this often, as are values of other engines.
    private const long ParkNanoseconds = 10_000_000;
    private const long ParkAmongSeveralNanoseconds = 100_000;

    private Thread? _thread;
    private volatile bool _stopping;
    private volatile bool _ended = true;
    private long _passes;
    private long _idleSince;

    internal void Start()
    {
        lock (_lock)
        {
            if (_thread != null)
            {
                return;
            }

            _stopping = false;
            _ended = false;
            _thread = new Thread(Run) { Name = $"{_gpu.Options.Name} {Name}", IsBackground = true };
            _thread.Start();
        }
    }

    internal void Stop()
    {
        Thread? thread;
        lock (_lock)
        {
            thread = _thread;
            _thread = null;
            _stopping = true;
        }

        Wake();
        thread?.Join();
    }

    /// <summary>Waits until the engine has begun and ended a pass since the call; true at once without a thread.</summary>
    internal bool WaitForPass(long deadline)
    {
        // The pass in progress may have looked before the call: the one after it counts.
        long until = Volatile.Read(ref _passes) + 2;
        Wake();
        while (!_ended && Volatile.Read(ref _passes) < until)
        {
            if (DeviceClock.Nanoseconds >= deadline)
            {
                return false;
            }

            // Again and again: an engine on its way to sleep may announce itself after a wake.
            Wake();
            Thread.Yield();
        }

        return true;
    }

    private void Wake()
    {
        foreach (SimulatedStream stream in _streams)
        {
            stream.Consumer.WakeDevice();
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            Pass();
            Volatile.Write(ref _passes, _passes + 1);
        }

        Interrupt(); // what was held back
        _ended = true;
    }

    private void Idle(SimulatedStream[] streams, long soonest, bool stands)
    {
        long now = DeviceClock.Nanoseconds;
        long left = soonest - now;
        if (left <= SpinNanoseconds)
        {
            Thread.SpinWait(8);
            return;
        }

        // A job in flight is no idle spell: the next one starts when it ends.
        if (!_schedule.IsBusy && _idleSince == 0)
        {
            _idleSince = now;
        }

        bool waits = soonest != long.MaxValue;
        if (stands || left <= SleepNanoseconds || (!waits && now - _idleSince < YieldNanoseconds))
        {
            Rest(stands);
        }
        else if (waits)
        {
            Thread.Sleep(1);
        }
        else
        {
            Park(streams, now);
        }
    }

    private static void Rest(bool stands)
    {
        if (stands)
        {
            Thread.Sleep(1);
        }
        else
        {
            Thread.Yield();
        }
    }

    private void Park(SimulatedStream[] streams, long now)
    {
        SimulatedStream? sleeper = null;
        int live = 0;
        for (uint i = 0; i < (uint)streams.Length; i++)
        {
            SimulatedStream stream = streams[(_turn + i) % (uint)streams.Length];
            if (stream.IsLive)
            {
                sleeper ??= stream;
                live++;
            }
        }

        if (sleeper == null)
        {
            Thread.Sleep(1);
        }
        else
        {
            sleeper.Consumer.WaitForWork(now + (live == 1 && !_schedule.WaitsForValue ? ParkNanoseconds : ParkAmongSeveralNanoseconds));
        }
    }
}
