using FastFence.NativeSim;

namespace FastFence.Tool.Runs;

/// <summary>The simulated GPU on threads of this process.</summary>
internal sealed class ThreadDevice : IRunDevice
{
    private static readonly EngineKind[] s_kinds = Enum.GetValues<EngineKind>();

    private readonly SimulatedGpu _gpu = new();

    internal ThreadDevice(int engines)
    {
        for (int i = 0; i < engines; i++)
        {
            EngineKind kind = s_kinds[i % s_kinds.Length];
            _gpu.AddEngine(kind, $"{kind} {i / s_kinds.Length}");
        }
    }

    public TimeSpan? ProcessorTime => null;

    public long Lives => 1;

    public void Start() => _gpu.Start();

    public FenceRing CreateRing(Exporter exporter, string name, long turn, RingOptions options)
    {
        FenceRing ring = exporter.CreateRing(name, options with { Device = _gpu, KeepCompletionTimes = true });
        _gpu.Engines[(int)(turn % _gpu.Engines.Count)].Attach(ring);
        return ring;
    }

    public void Dispose() => _gpu.Dispose();
}
