using FastFence.Bench.Fixtures;

namespace FastFence.Bench.Contenders;

/// <summary>Callbacks added to fences that another thread signals.</summary>
internal sealed unsafe class FenceAddRace() : AddRace("FastFence")
{
    // Never written by two threads at once: only the signalling thread runs callbacks, the adder what is left after the race.
    private static long s_ran;

    private readonly BenchEngine _engine = new();
    private FenceSource[] _sources = [];
    private Fence[] _fences = [];

    protected override void Make()
    {
        if (_sources.Length < Count)
        {
            _sources = new FenceSource[Count];
            _fences = new Fence[Count];
        }

        for (int i = 0; i < Count; i++)
        {
            _sources[i] = _engine.Timeline.CreateFence();
            _fences[i] = _sources[i].Fence;
        }
    }

    protected override void Add(int times)
    {
        int position = 0;
        Fence fence = _fences[0];
        for (int i = 0; i < times;)
        {
            if (fence.AddCallback(&Run, i, out _) == AddCallbackResult.Added)
            {
                i++;
                continue;
            }

            position = Next(position);
            fence = _fences[position];
        }
    }

    protected override void Close(int position) => _sources[position].Signal();

    protected override void PutAway()
    {
        for (int i = 0; i < Count; i++)
        {
            _sources[i].Signal(); // refused where the race has done it
            _sources[i].Dispose();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _engine.Dispose();
    }

    private static void Run(Fence fence, nint state) => s_ran++;
}
