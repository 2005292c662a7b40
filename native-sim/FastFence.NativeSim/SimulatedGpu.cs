using FastFence.NativeSim.Jobs;

namespace FastFence.NativeSim;

/// <summary>
/// A GPU with engines that run jobs from rings and write completion words, in this process. It sees what a device sees: commands
/// and the word, never a fence. Give it to rings as <see cref="RingOptions.Device"/>. Thread class: any.
/// </summary>
/// <remarks>
/// A garbage collection of the host stops its threads: a device whose timing matters belongs into a process of its own.
/// </remarks>
public sealed class SimulatedGpu : FenceDevice, IDisposable
{
    private readonly Lock _lock = new();
    private readonly byte[] _data;
    private volatile SimulatedEngine[] _engines = [];
    private volatile bool _lost;
    private bool _started;
    private bool _disposed;

    /// <summary>Makes a GPU without engines.</summary>
    /// <param name="options">Null for the defaults.</param>
    public SimulatedGpu(SimulatedGpuOptions? options = null)
    {
        Options = options ?? new SimulatedGpuOptions();
        Options.Validate();
        _data = new byte[Options.DataBytes];
    }

    /// <summary>The options it was made with.</summary>
    public SimulatedGpuOptions Options { get; }

    /// <summary>Its engines, in the order in which they were added.</summary>
    public IReadOnlyList<SimulatedEngine> Engines => _engines;

    /// <summary>Has <see cref="Lose"/> been called?</summary>
    public bool IsLost => _lost;

    /// <summary>Virtual time of the stepped mode, ns: the latest completion.</summary>
    public long VirtualNanoseconds { get; internal set; }

    internal Span<byte> Data => _data;

    /// <summary>64 bits of the device's data.</summary>
    /// <param name="offset">In bytes.</param>
    public ulong ReadValue(long offset) => DeviceData.Read(_data, offset);

    /// <summary>A time that <see cref="DeviceOpcode.Timestamp"/> wrote.</summary>
    /// <param name="offset">In bytes.</param>
    /// <param name="notBefore">Monotonic ns: when its job was emitted.</param>
    /// <param name="nanoseconds">The time; 0 if it is not believed.</param>
    /// <returns>False when it lies before that or in the future.</returns>
    public bool TryReadTime(long offset, long notBefore, out long nanoseconds) => DeviceData.TryReadTime(_data, offset, notBefore, out nanoseconds);

    /// <summary>Adds an engine; it starts at once if the GPU has been started.</summary>
    /// <param name="kind">What it stands for.</param>
    /// <param name="name">Appears in the name of its thread.</param>
    /// <param name="jobTime">How long its jobs take; as <see cref="SimulatedGpuOptions.JobTime"/> unless given.</param>
    public SimulatedEngine AddEngine(EngineKind kind, string name, JobTime? jobTime = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SimulatedEngine engine = new(this, kind, name, jobTime ?? Options.JobTime, _engines.Length);
            _engines = [.. _engines, engine];
            if (_started)
            {
                engine.Start();
            }

            return engine;
        }
    }

    /// <summary>Starts a thread for each engine. Starting twice does nothing.</summary>
    /// <exception cref="InvalidOperationException">The GPU is stepped.</exception>
    public void Start()
    {
        if (Options.Stepped)
        {
            throw new InvalidOperationException("A stepped GPU has no threads: call Step or StepAll.");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _started = true;
            foreach (SimulatedEngine engine in _engines)
            {
                engine.Start();
            }
        }
    }

    /// <summary>Stops the threads and waits for them. Jobs stay where they are; <see cref="Start"/> goes on with them.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _started = false;
            foreach (SimulatedEngine engine in _engines)
            {
                engine.Stop();
            }
        }
    }

    /// <summary>Steps each engine in turn until nothing is left to do (stepped mode).</summary>
    /// <returns>How many jobs were completed.</returns>
    public int StepAll()
    {
        int done = 0;
        bool any = true;
        while (any)
        {
            any = false;
            foreach (SimulatedEngine engine in _engines)
            {
                if (engine.Step())
                {
                    any = true;
                    done++;
                }
            }
        }

        return done;
    }

    /// <summary>The device is gone, for good: nothing is taken or completed any more, and <see cref="CheckHealth"/> says so.</summary>
    public void Lose() => _lost = true;

    /// <inheritdoc/>
    public override bool CheckHealth() => !_lost;

    /// <summary>
    /// Waits until each engine has looked at the states of its rings again. Which ring is meant is not said, so no engine stops:
    /// the caller has marked the ring before, and an engine completes a job only if its ring runs, looking and writing inside one
    /// access section. From then on nothing is written for that ring, and its jobs are dropped. Other rings go on.
    /// </summary>
    /// <param name="timeout">How long it may take.</param>
    /// <returns>False when an engine's thread did not come by in time.</returns>
    public override bool Quiesce(TimeSpan timeout)
    {
        long deadline = DeviceClock.Nanoseconds + (long)Math.Max(0, timeout.TotalNanoseconds);
        foreach (SimulatedEngine engine in _engines)
        {
            if (!engine.WaitForPass(deadline))
            {
                return false;
            }
        }

        return true;
    }

    // A ring that has ended holds nobody up; one that no engine has might still come.
    internal bool HasReached(ulong context, ulong value)
    {
        foreach (SimulatedEngine engine in _engines)
        {
            if (engine.StreamOf(context) is { } stream)
            {
                return stream.Reported >= value || !stream.IsLive;
            }
        }

        return false;
    }

    /// <summary>Stops it for good.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        Stop();
    }
}
