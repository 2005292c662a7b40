// What an engine on a thread is for its schedule. It never blocks, so that hang, stop, loss and the taking away of a ring are all noticed at
// the next pass. Nothing here allocates.
using FastFence.NativeSim.Jobs;

namespace FastFence.NativeSim;

public sealed partial class SimulatedEngine : IJobEngine
{
    private readonly JobSchedule _schedule;
    private InterruptCoalescer _coalescer;
    private SimulatedStream[] _followed = [];
    private long _interrupts;

    long IJobEngine.Now => DeviceClock.Nanoseconds;

    bool IJobEngine.Stands => _hang || _gpu.IsLost;

    long IJobEngine.NanosecondsOf(in RingCommand command) => _jobTime.NanosecondsOf(command, _number++);

    bool IJobEngine.HasReached(ulong context, ulong value) => _gpu.HasReached(context, value);

    void IJobEngine.Begun(JobStream stream)
    {
    }

    void IJobEngine.Execute(in RingCommand command) => Execute(command, 0);

    void IJobEngine.Complete(JobStream stream, int jobs, long now)
    {
        bool isRaised = _coalescer.Add(jobs, now);
        if (((SimulatedStream)stream).TryComplete(now, silently: !isRaised))
        {
            Volatile.Write(ref _jobs, _jobs + jobs);
        }

        if (isRaised)
        {
            Interrupt();
        }
    }

    /// <summary>The stream of a context; null when it has none.</summary>
    internal SimulatedStream? StreamOf(ulong context)
    {
        foreach (SimulatedStream stream in _streams)
        {
            if (stream.Context == context)
            {
                return stream;
            }
        }

        return null;
    }

    // Is a job in flight? For who plays with time.
    internal bool IsBusy => _schedule.IsBusy;

    private void Pass()
    {
        SimulatedStream[] streams = _streams;
        if (streams != _followed)
        {
            _followed = streams;
            _schedule.Follow(streams);
        }

        bool worked = _schedule.Pass();
        _turn++;
        if (_coalescer.DueAt != long.MaxValue && _coalescer.TryTake(DeviceClock.Nanoseconds))
        {
            Interrupt();
        }

        if (worked)
        {
            _idleSince = 0;
        }
        else
        {
            Idle(streams, Math.Min(_schedule.Soonest, _coalescer.DueAt), _hang || _gpu.IsLost);
        }
    }

    private void Execute(in RingCommand command, long now)
    {
        if (command.Opcode >= (uint)DeviceOpcode.Copy)
        {
            DeviceData.Execute(command, _gpu.Data, now != 0 ? now : DeviceClock.Nanoseconds);
        }
    }

    private void Interrupt()
    {
        Volatile.Write(ref _interrupts, _interrupts + 1);
        foreach (SimulatedStream stream in _followed)
        {
            stream.Interrupt();
        }
    }
}
