using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>The framework's slim semaphore; its wait spins before it sleeps.</summary>
internal sealed class SemaphoreWait(bool sleeping) : HandOver("SemaphoreSlim.Wait", sleeping)
{
    private readonly SemaphoreSlim _gate = new(0);

    protected override void Prepare()
    {
    }

    protected override void Await() => _gate.Wait();

    protected override void Fire() => _gate.Release();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _gate.Dispose();
    }
}
