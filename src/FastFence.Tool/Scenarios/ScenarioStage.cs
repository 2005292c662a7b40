using FastFence.NativeSim;
using FastFence.Platform;
using FastFence.Tool.Runs;

namespace FastFence.Tool.Scenarios;

/// <summary>Engine, device and rings of one scenario, and its end: everything let go, nothing left.</summary>
internal sealed class ScenarioStage : IDisposable
{
    private static readonly TimeSpan s_settleLimit = TimeSpan.FromSeconds(30);

    // A device that was ended too early for its own good runs the innocent's jobs again: no outcome depends on it.
    private static readonly TimeSpan s_quietLimit = TimeSpan.FromMilliseconds(300);

    private readonly ScenarioTally _tally;

    internal ScenarioStage(ScenarioOptions options, ScenarioTally tally, CancellationToken stop, long dataBytes = 0)
    {
        _tally = tally;
        Stop = stop;
        Random = new RunRandom(options.Seed, 0);
        Book = new FenceBook(tally);
        Gpu = new ProcessGpu(new ProcessGpuOptions { Engines = 2, Rings = 256, Capacity = 256, DataBytes = dataBytes, QuietLimit = s_quietLimit });
        Gpu.Start();
        Quick = Ring("quick", 0, TimeSpan.FromMilliseconds(100));
        Steady = Ring("steady", 0, TimeSpan.FromSeconds(20));
        Innocent = Ring("innocent", 1, TimeSpan.FromSeconds(20));
    }

    internal CancellationToken Stop { get; }

    internal FenceEngine Engine { get; } = new();

    internal ProcessGpu Gpu { get; }

    internal FenceBook Book { get; }

    /// <summary>A short watchdog: for jobs that hang. First engine.</summary>
    internal FenceRing Quick { get; }

    /// <summary>A watchdog that no loaded machine reaches. First engine.</summary>
    internal FenceRing Steady { get; }

    /// <summary>The same on the second engine.</summary>
    internal FenceRing Innocent { get; }

    internal RunRandom Random;

    /// <summary>So many jobs of up to 50 µs.</summary>
    internal void Emit(FenceRing ring, uint count, EndSet allowed, long most = 50_000)
    {
        for (uint i = 0; i < count; i++)
        {
            Book.Emit(ring, new RingCommand { DurationNanoseconds = Random.Next((uint)most) }, allowed);
        }
    }

    /// <summary>A job on each ring: all go on. A ring that had no job when its device died may hear of it last.</summary>
    internal void Probe(ScenarioRow row)
    {
        while (!Gpu.IsRecovered)
        {
            Thread.Yield();
        }

        Emit(Quick, 1, EndSet.Signaled | EndSet.TimedOut); // on a loaded machine even an honest job may be late for this one
        Emit(Steady, 1, EndSet.Signaled);
        Emit(Innocent, 1, EndSet.Signaled);
        Book.End(row);
    }

    /// <summary>Lets everything go, and counts what is left.</summary>
    internal void Settle()
    {
        Book.End(new ScenarioRow("none")); // looks at the last round once more
        Quick.Dispose();
        Steady.Dispose();
        Innocent.Dispose();
        bool drained = Engine.Barrier(s_settleLimit);
        EngineStatistics end = Engine.GetStatistics();
        long left = end.FencesLive + end.CallbackNodesLive + end.Limbo + Math.Abs(end.FencesCreated - end.FencesSignaled) + end.SlotsLost + end.PoisonBroken;
        _tally.Count("left-over", left + (drained && !_tally.Breaks("left-over") ? 0 : 1), end.ToString());
        _tally.Count("callback-thrown", end.CallbacksThrown);
        _tally.Count("poller-dead", Engine.Poller.IsRunning ? 0 : 1);
    }

    public void Dispose()
    {
        Engine.Dispose();
        Gpu.Dispose();
    }

    /// <summary>One more ring.</summary>
    internal FenceRing Ring(string name, int engine, TimeSpan watchdog) => Gpu.CreateRing(
        Engine.DefaultExporter, name, engine, new RingOptions { Watchdog = watchdog, HangLimit = int.MaxValue });
}
