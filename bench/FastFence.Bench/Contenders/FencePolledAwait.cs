using System.Runtime.CompilerServices;
using FastFence.Bench.Measuring;
using FastFence.Platform;

namespace FastFence.Bench.Contenders;

/// <summary>A ring's fence, signaled by the native poller.</summary>
internal sealed class FencePolledAwait() : PollerHop("FastFence")
{
    // Looks on from one round to the next, and sleeps before the next contender's thread wants its core.
    private static readonly TimeSpan s_spin = TimeSpan.FromMilliseconds(1);

    private readonly FenceEngine _engine = new(new FenceEngineOptions
    {
        PollerKind = PollerKind.Native,
        PollerCore = Cores.NumberOf(1),
        KeepPollerCoreFree = false, // the harness has its own threads there, while the poller sleeps
        PollerSpin = s_spin,
        PollerYield = TimeSpan.Zero,
    });

    private FenceRing? _ring;
    private FenceRef _fence;

    protected override void Prepare()
    {
        _ring ??= _engine.CreateRing("polled", new RingOptions());
        EmitResult result = _ring.Emit(new RingCommand(), out _fence);
        if (result != EmitResult.Emitted || !_ring.Consumer.TryTake(out _))
        {
            throw new InvalidOperationException($"The ring refused: {result}.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask ObserveAsync()
    {
        await _fence.Fence;
        Resumed();
    }

    protected override void Fire() => _ring!.Consumer.Complete(_ring.Consumer.Position);

    protected override void PutAway() => _fence.Dispose();

    protected override void End() => Nap.For((long)s_spin.TotalNanoseconds + 200_000);

    protected override void Dispose(bool disposing)
    {
        _engine.Dispose();
        base.Dispose(disposing);
    }
}
