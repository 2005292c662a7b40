using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>The framework's slim event; its wait spins before it sleeps.</summary>
internal sealed class EventWait(bool sleeping) : HandOver("ManualResetEventSlim.Wait", sleeping)
{
    private readonly ManualResetEventSlim _gate = new(false);

    protected override void Prepare() => _gate.Reset();

    protected override void Await() => _gate.Wait();

    protected override void Fire() => _gate.Set();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _gate.Dispose();
    }
}
