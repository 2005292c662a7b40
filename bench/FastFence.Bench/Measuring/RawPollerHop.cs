using FastFence.Platform;

namespace FastFence.Bench.Measuring;

/// <summary>The least that such a way takes: a thread sees the word and wakes another by futex, which queues an item to the pool.</summary>
internal sealed unsafe class RawPollerHop() : PollerHop("raw futex + pool"), IThreadPoolWorkItem
{
    private const int Word = 0;
    private const int Sleeper = 1;

    private readonly Partner _looker = new();
    private readonly Partner _forwarder = new(core: 0);
    private readonly SharedWords _shared = new(2);
    private uint _round;

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => Resumed();

    protected override void Serve(uint first, uint last)
    {
        _forwarder.Start(() => Forward(first, last));
        _looker.Start(() => Look(first, last));
    }

    protected override void Prepare() => _round++;

    protected override ValueTask ObserveAsync() => default;

    protected override void Fire() => _shared.Write(Word, _round);

    protected override void End()
    {
        _forwarder.Join();
        _looker.Join();
    }

    protected override void Dispose(bool disposing)
    {
        _forwarder.Dispose();
        _looker.Dispose();
        _shared.Dispose();
        base.Dispose(disposing);
    }

    private void Look(uint first, uint last)
    {
        for (uint round = first; round <= last; round++)
        {
            _shared.Await(Word, round);
            _shared.Write(Sleeper, round);
            Futex.Wake((uint*)_shared.At(Sleeper), 1);
        }
    }

    private void Forward(uint first, uint last)
    {
        for (uint round = first; round <= last; round++)
        {
            while ((uint)_shared.Read(Sleeper) < round)
            {
                Futex.Wait((uint*)_shared.At(Sleeper), round - 1, Futex.NoDeadline);
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
