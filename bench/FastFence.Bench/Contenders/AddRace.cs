using FastFence.Bench.Fixtures;
using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Bench.Contenders;

/// <summary>
/// One thread adds callbacks to one fence until that is closed, then to the next; another thread closes each half a microsecond after it
/// has come into use. What is timed is an add that was accepted, with its share of those that came too late.
/// </summary>
internal abstract class AddRace : RacingLoop
{
    private const int Position = 0;
    private const ulong Done = ulong.MaxValue;
    private const long OpenNanoseconds = 500;

    // So that a row of quick closings does not use them up; on the last one the adder stays.
    private const int AddsPerObject = 4;
    private const int MoreObjects = 64;

    private readonly SharedWords _words = new(1);

    /// <param name="name">What the table calls it.</param>
    protected AddRace(string name)
        : base(name, leastBatch: 1024)
    {
    }

    /// <summary>Objects of this batch.</summary>
    protected int Count { get; private set; }

    protected override void Prepare(int times)
    {
        Count = (times / AddsPerObject) + MoreObjects;
        _words.Write(Position, 0);
        Make();
    }

    protected override void Run(int times)
    {
        Add(times);
        _words.Write(Position, Done);
    }

    protected override void Race(int times)
    {
        for (int i = 0; i < Count - 1; i++)
        {
            _words.Await(Position, (ulong)i);
            long end = MonotonicClock.Nanoseconds + OpenNanoseconds;
            while (MonotonicClock.Nanoseconds < end)
            {
                Cpu.Pause();
            }

            if (_words.Read(Position) == Done)
            {
                return;
            }

            Close(i);
        }
    }

    /// <summary>The adder has found an object closed: which one is next. It stays with the last one, which nobody closes.</summary>
    protected int Next(int position)
    {
        if (position + 1 < Count)
        {
            _words.Write(Position, (ulong)++position);
        }

        return position;
    }

    /// <summary>Makes <see cref="Count"/> objects.</summary>
    protected abstract void Make();

    /// <summary>So many accepted adds, from the first object on, by way of <see cref="Next"/>.</summary>
    protected abstract void Add(int times);

    /// <summary>Closes one. The other thread.</summary>
    protected abstract void Close(int position);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _words.Dispose();
    }
}
