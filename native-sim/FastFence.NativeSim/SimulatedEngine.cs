using FastFence.NativeSim.Jobs;

namespace FastFence.NativeSim;

/// <summary>
/// One engine: runs jobs in order within a ring, more urgent rings first, others in turn, one at a time unless it is wider. A job is complete at
/// max(start, its earliest time) + its duration. Thread class: any, but <see cref="Step"/> one at a time.
/// </summary>
public sealed partial class SimulatedEngine
{
    // Engines draw from different ends of a distribution.
    private const int NumbersPerEngineShift = 48;

    private readonly SimulatedGpu _gpu;
    private readonly JobTime _jobTime;
    private readonly Lock _lock = new();
    private volatile SimulatedStream[] _streams = [];
    private volatile bool _hang;
    private ulong _number;
    private uint _turn;
    private long _freeAt;
    private long _jobs;

    internal SimulatedEngine(SimulatedGpu gpu, EngineKind kind, string name, JobTime jobTime, int index)
    {
        _gpu = gpu;
        _jobTime = jobTime;
        _number = (ulong)index << NumbersPerEngineShift;
        Kind = kind;
        Name = name;
        _schedule = new JobSchedule(this, gpu.Options.JobsAtOnce, gpu.Options.BatchLimit);
        _coalescer = new InterruptCoalescer((uint)gpu.Options.InterruptJobs, (long)gpu.Options.InterruptDelay.TotalNanoseconds);
    }

    /// <summary>What it stands for.</summary>
    public EngineKind Kind { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Jobs completed.</summary>
    public long JobsCompleted => Volatile.Read(ref _jobs);

    /// <summary>Interrupts raised; fewer than jobs where they are held back (<see cref="SimulatedGpuOptions.InterruptJobs"/>). None are counted when stepped.</summary>
    public long InterruptsRaised => Volatile.Read(ref _interrupts);

    /// <summary>
    /// A fault to inject: while true the engine takes no job and completes none, the one in flight included. The jobs of rings
    /// that are failed meanwhile are dropped; the others go on when it is cleared.
    /// </summary>
    public bool Hang
    {
        get => _hang;
        set => _hang = value;
    }

    /// <summary>Lets the engine consume a ring. One engine a ring; rings that are gone are forgotten here.</summary>
    /// <param name="ring">A ring.</param>
    /// <param name="priority">The higher, the more urgent: its jobs go first, and set longer ones of less urgent rings aside.</param>
    /// <exception cref="InvalidOperationException">The ring is attached already.</exception>
    public void Attach(FenceRing ring, int priority = 0)
    {
        ArgumentNullException.ThrowIfNull(ring);
        lock (_lock)
        {
            if (Array.Exists(_streams, s => s.Ring == ring))
            {
                throw new InvalidOperationException($"The ring of context {ring.Timeline.Context} is attached to engine '{Name}' already.");
            }

            _streams = [.. Array.FindAll(_streams, static s => s.IsLive), new SimulatedStream(ring) { Priority = priority }];
        }

        Wake();
    }

    /// <summary>A fault to inject: writes any value into a ring's completion word, as broken devices do.</summary>
    /// <param name="ring">An attached ring.</param>
    /// <param name="value">The value; rings with 32-bit words take its low half.</param>
    public void WriteWord(FenceRing ring, ulong value)
    {
        ArgumentNullException.ThrowIfNull(ring);
        SimulatedStream stream = Array.Find(_streams, s => s.Ring == ring)
            ?? throw new InvalidOperationException($"The ring of context {ring.Timeline.Context} is not attached to engine '{Name}'.");
        stream.Consumer.WriteWord(value);
        stream.Consumer.Interrupt();
    }

    /// <summary>
    /// Takes and completes one job at its virtual time; false when there is none, or the engine hangs or is lost. A job whose
    /// earliest time has not come waits behind other rings' jobs; time jumps to it when there is nothing else.
    /// </summary>
    /// <exception cref="InvalidOperationException">The GPU runs on threads.</exception>
    public bool Step()
    {
        if (!_gpu.Options.Stepped)
        {
            throw new InvalidOperationException("This GPU runs on threads: make it with Stepped = true to step it.");
        }

        if (_hang || _gpu.IsLost || FirstReady(out RingCommand command) is not { } stream)
        {
            return false;
        }

        _freeAt = Math.Max(_freeAt, command.NotBeforeNanoseconds) + _jobTime.NanosecondsOf(command, _number++);
        _gpu.VirtualNanoseconds = Math.Max(_gpu.VirtualNanoseconds, _freeAt);
        Execute(command, _freeAt);
        stream.Finish();
        if (stream.TryComplete(0))
        {
            _jobs++;
        }

        return true;
    }

    // Of those whose time and value have come the most urgent, the next in turn among equals; else the one whose time comes first.
    private SimulatedStream? FirstReady(out RingCommand command)
    {
        SimulatedStream[] streams = _streams;
        int best = -1;
        bool isReady = false;
        for (uint i = 0; i < (uint)streams.Length; i++)
        {
            int at = (int)((_turn + i) % (uint)streams.Length);
            SimulatedStream stream = streams[at];
            if (!stream.IsLive || !stream.TryNext()
                || (JobSchedule.IsWait(stream.Command) && !_gpu.HasReached(stream.Command.Argument0, stream.Command.Argument1)))
            {
                continue;
            }

            bool ready = stream.Command.NotBeforeNanoseconds <= _freeAt;
            if (best < 0 || (ready && (!isReady || stream.Priority > streams[best].Priority))
                || (!ready && !isReady && stream.Command.NotBeforeNanoseconds < streams[best].Command.NotBeforeNanoseconds))
            {
                best = at;
                isReady = ready;
            }
        }

        _turn = isReady ? (uint)best + 1 : _turn;
        command = best < 0 ? default : streams[best].Command;
        return best < 0 ? null : streams[best];
    }
}
