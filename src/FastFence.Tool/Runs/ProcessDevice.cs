using FastFence.NativeSim;

namespace FastFence.Tool.Runs;

/// <summary>The simulated GPU in a process of its own.</summary>
internal sealed class ProcessDevice : IRunDevice
{
    // A closed ring's place comes back when its fences are reclaimed, some tens of milliseconds later.
    private static readonly TimeSpan s_placeLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_manualLimit = TimeSpan.FromMinutes(10);

    private readonly ProcessGpu _gpu;

    internal ProcessDevice(ProcessGpuOptions options) => _gpu = new ProcessGpu(options);

    internal ProcessGpu Gpu => _gpu;

    public TimeSpan? ProcessorTime => _gpu.ProcessorTime;

    public long Lives => _gpu.Lives;

    public void Start() => _gpu.Start(_gpu.Options.StartProcess ? null : s_manualLimit);

    public FenceRing CreateRing(Exporter exporter, string name, long turn, RingOptions options)
    {
        long deadline = Platform.MonotonicClock.After(s_placeLimit);
        while (true)
        {
            try
            {
                return _gpu.CreateRing(exporter, name, (int)(turn % _gpu.Options.Engines), options);
            }
            catch (InvalidOperationException e)
            {
                if (exporter.IsClosed || Platform.MonotonicClock.Nanoseconds >= deadline)
                {
                    throw new IOException($"The device has no place for another ring: {e.Message}", e);
                }

                Thread.Sleep(5);
            }
        }
    }

    public void Dispose() => _gpu.Dispose();
}
