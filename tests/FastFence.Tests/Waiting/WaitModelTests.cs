using CsCheck;
using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Random sequences of signals and waits of every kind, compared with what a list of outcomes says.</summary>
public sealed class WaitModelTests : FenceTest
{
    private static readonly Gen<Step> s_step = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 30], Gen.Int[0, 30], (what, which, other) => new Step(what, which, other));

    private static readonly TimeSpan s_moment = TimeSpan.FromTicks(1);

    private sealed record Step(int What, int Which, int Other);

    private sealed record Item(FenceSource Source, Fence Fence)
    {
        public int? Errno { get; set; }

        public bool IsGone { get; set; }

        public FenceStatus Status => IsGone ? FenceStatus.Stale
            : Errno is null ? FenceStatus.Pending
            : Errno == 0 ? FenceStatus.Signaled : FenceStatus.Failed(new FenceError(Errno.Value));
    }

    [Fact]
    public void RandomWaitsAgreeWithTheSequentialModel() => s_step.Array[1, 60].Sample(steps => Play(steps, 0), iter: 400, threads: 1);

    [Fact]
    public void AModelThatTakesATimeoutForSuccessIsCaught() => Assert.ThrowsAny<Exception>(() =>
        s_step.Array[1, 60].Sample(steps => Play(steps, 1), iter: 400, threads: 1));

    private void Play(Step[] steps, int wrong)
    {
        using Timeline timeline = Engine.CreateTimeline("model");
        List<Item> items = [];
        try
        {
            foreach (Step step in steps)
            {
                if (step.What == 0 || items.Count == 0)
                {
                    FenceSource source = timeline.CreateFence();
                    items.Add(new Item(source, source.Fence));
                    continue;
                }

                Take(step, items, timeline, wrong);
            }
        }
        finally
        {
            foreach (Item item in items.Where(item => !item.IsGone))
            {
                item.Source.Dispose();
            }
        }
    }

    private static void Take(Step step, List<Item> items, Timeline timeline, int wrong)
    {
        Item item = items[step.Which % items.Count];
        Item other = items[step.Other % items.Count];
        int completed = items.TakeWhile(i => i.Errno is not null).Count();
        Item[] group = [item, other, items[(step.Which + step.Other) % items.Count]];
        Fence[] fences = [.. group.Select(i => i.Fence)];
        switch (step.What)
        {
            case 1 or 2 when completed < items.Count:
                items[completed].Errno = step.Other % 3 == 0 ? -5 : 0; // the next one's turn
                items[completed].Source.Signal(new FenceError(items[completed].Errno!.Value));
                break;
            case 3 when item.Errno is not null && !item.IsGone:
                item.Source.Dispose();
                item.IsGone = true;
                break;
            case 4:
                Assert.Equal(new WaitResult(item.Errno is null && wrong == 0, item.Status), item.Fence.Wait(s_moment));
                break;
            case 5:
                int first = Array.FindIndex(group, i => i.Status.IsCompleted);
                WaitAnyResult any = FenceWait.Any(fences, s_moment, WaitHint.Block, CancellationToken.None);
                Assert.Equal(first < 0 ? (-1, FenceStatus.Pending) : (first, group[first].Status), (any.Index, any.Status));
                break;
            case 6:
                WaitResult all = FenceWait.All(fences, s_moment, WaitHint.Block, CancellationToken.None);
                Assert.Equal(group.Any(i => !i.Status.IsCompleted), all.IsTimedOut);
                FenceStatus worst = all.IsTimedOut ? FenceStatus.Pending
                    : group.Any(i => i.Status.State == FenceState.Failed) ? FenceStatus.Failed(new FenceError(-5))
                    : group.Any(i => i.IsGone) ? FenceStatus.Stale : FenceStatus.Signaled;
                Assert.Equal(worst, all.Status);
                break;
            case 7:
                ulong seqno = (ulong)(step.Other % (items.Count + 2));
                Assert.Equal(seqno > (ulong)completed, timeline.WaitFor(seqno, s_moment, CancellationToken.None).IsTimedOut);
                break;
            default:
                break;
        }
    }
}
