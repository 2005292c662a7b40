using FastFence.Tool.Cli;

namespace FastFence.Tool.Demos;

/// <summary>
/// One of the awaiting methods: emit a job, await its fence, again. It is the whole of what a host writes; the runtime keeps
/// one object for the suspended method, however often it suspends.
/// </summary>
internal sealed class AwaitLoop(AwaitDemoOptions options, HeldGpu gpu, AwaitTally tally, Fence signaled, int index)
{
    private object? _garbage;

    /// <summary>Does all rounds and one more, whose awaits mark the end of the last that counts.</summary>
    internal async Task RunAsync()
    {
        for (int round = 0; round <= options.WarmUp + options.Rounds && !tally.IsStopped; round++)
        {
            FenceRing[] bank = gpu.Banks[round & 1];
            if (bank[index % bank.Length].Emit(default, out FenceRef job) != EmitResult.Emitted)
            {
                tally.Refuse();
                return;
            }

            Fence fence = job.Fence;
            if (options.Break != AwaitDemoBreak.None)
            {
                fence = await BreakAsync(round, fence).ConfigureAwait(false);
            }

            FenceStatus status = await new CountedAwait(fence, tally);
            tally.Resume(fence, status);
            if (options.Break != AwaitDemoBreak.LeakFence || index != 0 || round != options.WarmUp)
            {
                job.Dispose();
            }
        }
    }

    private async ValueTask<Fence> BreakAsync(int round, Fence fence)
    {
        switch (options.Break)
        {
            case AwaitDemoBreak.Garbage:
                _garbage = new object();
                GC.KeepAlive(_garbage);
                break;
            case AwaitDemoBreak.SignaledBefore when index == 0 && round == options.WarmUp + 1:
                return signaled;
            case AwaitDemoBreak.LoseAwait when index == 0 && round == options.WarmUp:
                await new TaskCompletionSource().Task.ConfigureAwait(false);
                break;
        }

        return fence;
    }
}
