using System.Runtime.InteropServices;

namespace FastFence.Latency.Curves;

/// <summary>Fences of one timeline, oldest first in a circle.</summary>
internal sealed unsafe class FenceWindow : IDisposable
{
    private readonly GrownEngine _engine;
    private readonly Timeline _timeline;
    private readonly FenceSource* _sources;
    private int _count;
    private int _oldest;

    /// <param name="most">Most fences pending.</param>
    /// <param name="hugePages">Whether its engine asks for huge pages.</param>
    public FenceWindow(int most, bool hugePages = false)
    {
        _engine = new GrownEngine((most * 3L / 2) + (1 << 20), hugePages);
        _timeline = _engine.NewTimeline("in flight");
        _sources = (FenceSource*)NativeMemory.Alloc((nuint)most, (nuint)sizeof(FenceSource));
    }

    /// <summary>The engine.</summary>
    public FenceEngine Engine => _engine.Engine;

    /// <summary>Makes it that many.</summary>
    public void Grow(int count)
    {
        // The oldest to the front first: the circle grows at its end.
        Span<FenceSource> circle = new(_sources, _count);
        if (_oldest != 0)
        {
            FenceSource[] turned = [.. circle[_oldest..], .. circle[.._oldest]];
            turned.CopyTo(circle);
            _oldest = 0;
        }

        for (; _count < count; _count++)
        {
            _sources[_count] = _timeline.CreateFence();
        }
    }

    /// <summary>Makes that many fences, signals them, and releases them in a random order: so the engine's free slots lie from then on.</summary>
    public void Shuffle(int count)
    {
        Grow(count);
        for (int i = 0; i < count; i++)
        {
            _sources[i].Signal();
        }

        uint drawn = 1;
        for (int left = count; left > 0; left--)
        {
            drawn = (drawn * 1664525) + 1013904223; // Numerical Recipes' generator
            int at = (int)(((ulong)drawn * (uint)left) >> 32);
            _sources[at].Dispose();
            _sources[at] = _sources[left - 1];
        }

        _count = 0;
    }

    /// <summary>One made, the oldest signaled and released, so many times.</summary>
    public void Live(int times)
    {
        for (int i = 0; i < times; i++)
        {
            FenceSource oldest = _sources[_oldest];
            if (!_timeline.TryCreateFence(out _sources[_oldest]))
            {
                ThrowRefused();
            }

            oldest.Signal();
            oldest.Dispose();
            _oldest = _oldest + 1 == _count ? 0 : _oldest + 1;
        }
    }

    /// <summary>The same with the thread in hand.</summary>
    public void LiveInHand(int times)
    {
        FenceThread thread = FenceThread.GetCurrent();
        for (int i = 0; i < times; i++)
        {
            FenceSource oldest = _sources[_oldest];
            if (!thread.TryCreateFence(_timeline, out _sources[_oldest]))
            {
                ThrowRefused();
            }

            thread.Signal(oldest);
            thread.Dispose(oldest);
            _oldest = _oldest + 1 == _count ? 0 : _oldest + 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            FenceSource oldest = _sources[(_oldest + i) % _count];
            oldest.Signal();
            oldest.Dispose();
        }

        _timeline.Dispose();
        NativeMemory.Free(_sources);
        _engine.Dispose();
    }

    private void ThrowRefused() => throw new InvalidOperationException(
        $"The engine refused a fence with {_count} in flight: {Engine.GetStatistics()}");
}
