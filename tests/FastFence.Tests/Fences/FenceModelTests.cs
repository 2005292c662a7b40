using CsCheck;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>Random sequences of operations over several fences and two timelines, compared with the sequential model.</summary>
public sealed unsafe class FenceModelTests : FenceTest
{
    private enum Operation
    {
        Create,
        Add,
        Remove,
        Signal,
        SignalWithError,
        SetError,
        DropSource,
        Acquire,
        Release,
    }

    private sealed record Step(Operation Operation, int Which, int Argument);

    private static readonly List<int> s_ran = [];

    // Creations twice as often, so that there is something to work on.
    private static readonly Gen<Step> s_step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 30], Gen.Int[1, 4095], (operation, which, argument) =>
        new Step((Operation)(operation % 9), which, argument));

    [Fact]
    public void RandomOperationsAgreeWithTheSequentialModel() =>
        s_step.Array[1, 60].Sample(steps => Play(steps), iter: 1_500, threads: 1);

    [Fact]
    public void AModelThatIsWrongInOnePointIsCaught() => Assert.ThrowsAny<Exception>(() =>
        s_step.Array[1, 60].Sample(steps => Play(steps, wrongModel: true), iter: 1_500, threads: 1));

    private void Play(Step[] steps, bool wrongModel = false)
    {
        s_ran.Clear();
        FenceModel model = new();
        using Timeline first = Engine.CreateTimeline("first");
        using Timeline second = Engine.CreateTimeline("second");
        Timeline[] timelines = [first, second];
        List<FenceSource> sources = [];
        List<Fence> fences = [];
        List<(int Fence, int Callback, CallbackRegistration Registration)> registrations = [];
        List<(int Fence, FenceRef Reference)> held = [];
        try
        {
            foreach (Step step in steps)
            {
                if (step.Operation == Operation.Create || fences.Count == 0)
                {
                    model.Create(step.Which % 2);
                    sources.Add(timelines[step.Which % 2].CreateFence());
                    fences.Add(sources[^1].Fence);
                    continue;
                }

                int which = step.Which % fences.Count;
                FenceModel.Item item = model.Items[which];
                switch (step.Operation)
                {
                    case Operation.Add:
                        int callback = registrations.Count;
                        AddCallbackResult added = fences[which].AddCallback(&Note, callback, out CallbackRegistration registration);
                        Assert.Equal(FenceModel.Add(item, callback), added);
                        registrations.Add((which, callback, registration));
                        break;
                    case Operation.Remove when registrations.Count != 0:
                        (int of, int number, CallbackRegistration removed) = registrations[step.Which % registrations.Count];
                        Assert.Equal(FenceModel.Remove(model.Items[of], number), removed.Remove());
                        break;
                    case Operation.Signal:
                        Assert.Equal(model.Signal(item, wrongModel ? -1 : 0), sources[which].Signal());
                        break;
                    case Operation.SignalWithError:
                        Assert.Equal(model.Signal(item, -step.Argument), sources[which].Signal(new FenceError(-step.Argument)));
                        break;
                    case Operation.SetError:
                        Assert.Equal(FenceModel.SetError(item, -step.Argument), sources[which].TrySetError(new FenceError(-step.Argument)));
                        break;
                    case Operation.DropSource when !item.SourceDropped:
                        model.DropSource(item);
                        sources[which].Dispose();
                        break;
                    case Operation.Acquire:
                        Assert.Equal(FenceModel.Acquire(item), fences[which].TryAcquire(out FenceRef taken));
                        if (!taken.IsNull)
                        {
                            held.Add((which, taken));
                        }

                        break;
                    case Operation.Release when held.Count != 0:
                        (int holder, FenceRef reference) = held[step.Which % held.Count];
                        held.RemoveAt(step.Which % held.Count);
                        model.Items[holder].References--;
                        reference.Dispose();
                        break;
                    default:
                        break;
                }

                Assert.Equal(model.Ran, s_ran);
                Assert.Equal(model.Items.Select(FenceModel.StatusOf), fences.Select(fence => fence.Status));
            }
        }
        finally
        {
            sources.ForEach(source => source.Signal());
            held.ForEach(reference => reference.Reference.Dispose());
            foreach (FenceModel.Item item in model.Items.Where(item => !item.SourceDropped))
            {
                sources[item.Number].Dispose();
            }
        }

        Assert.Equal(0, Statistics.FencesLive);
        Assert.Equal(0, Statistics.CallbackNodesLive);
    }

    private static void Note(Fence fence, nint callback) => s_ran.Add((int)callback);
}
