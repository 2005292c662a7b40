namespace FastFence.NativeSim;

/// <summary>
/// One engine: runs one job at a time, in order within a ring, round robin between rings. A job is complete at
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
    }

    /// <summary>What it stands for.</summary>
    public EngineKind Kind { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Jobs completed.</summary>
    public long JobsCompleted => Volatile.Read(ref _jobs);

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
    /// <exception cref="InvalidOperationException">The ring is attached already.</exception>
    public void Attach(FenceRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        lock (_lock)
        {
            if (Array.Exists(_streams, s => s.Ring == ring))
            {
                throw new InvalidOperationException($"The ring of context {ring.Timeline.Context} is attached to engine '{Name}' already.");
            }

            _streams = [.. Array.FindAll(_streams, static s => s.IsLive), new SimulatedStream(ring)];
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
        stream.Finish();
        if (stream.TryComplete(0))
        {
            _jobs++;
        }

        return true;
    }

    // The next in turn whose time has come, else the one whose time comes first.
    private SimulatedStream? FirstReady(out RingCommand command)
    {
        SimulatedStream[] streams = _streams;
        SimulatedStream? first = null;
        command = default;
        for (uint i = 0; i < (uint)streams.Length; i++)
        {
            uint at = (_turn + i) % (uint)streams.Length;
            SimulatedStream stream = streams[at];
            if (!stream.IsLive || !stream.TryNext(out RingCommand candidate))
            {
                continue;
            }

            bool ready = candidate.NotBeforeNanoseconds <= _freeAt;
            if (ready || first == null || candidate.NotBeforeNanoseconds < command.NotBeforeNanoseconds)
            {
                first = stream;
                command = candidate;
            }

            if (ready)
            {
                _turn = at + 1;
                break;
            }
        }

        return first;
    }
}
