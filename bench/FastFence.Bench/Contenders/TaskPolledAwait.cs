using System.Runtime.CompilerServices;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Contenders;

/// <summary>A TaskCompletionSource, completed by a managed thread that looks at the word: one of the host's, which its collections stop.</summary>
internal sealed class TaskPolledAwait() : PollerHop("TaskCompletionSource, managed poller")
{
    private readonly Partner _looker = new();
    private readonly SharedWords _word = new(1);
    private TaskCompletionSource _source = new();
    private uint _round;

    protected override void Serve(uint first, uint last) => _looker.Start(() =>
    {
        for (uint round = first; round <= last; round++)
        {
            _word.Await(0, round);
            _source.SetResult();
        }
    });

    protected override void Prepare()
    {
        _round++;
        _source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask ObserveAsync()
    {
        await _source.Task.ConfigureAwait(false);
        Resumed();
    }

    protected override void Fire() => _word.Write(0, _round);

    protected override void End() => _looker.Join();

    protected override void Dispose(bool disposing)
    {
        _looker.Dispose();
        _word.Dispose();
        base.Dispose(disposing);
    }
}
