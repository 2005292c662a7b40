using CsCheck;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>However a source is dropped unsignaled, the same is left behind: the plain way's control is the steps that it stands for.</summary>
public sealed unsafe class SourceDropModelTests
{
    private static readonly Gen<Circumstances> s_circumstances =
        Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 1 << 7]).Select((sections, online, before, callbacks, clock, rest) =>
            new Circumstances(
                sections, online, before, callbacks, clock,
                Pending: rest % 4 == 3, Recorded: (rest & 4) != 0 && (rest & 8) != 0, Error: (rest & 24) == 16, Known: (rest & 32) != 0, Held: (rest & 96) == 96,
                Awaited: (rest & 66) == 66, Behind: (rest & 20) == 20, Inside: (rest & 65) == 1));

    private enum Way
    {
        Plain,
        InHand,
        ByLook,
        Steps,
    }

    // How things stand when the source is dropped.
    private sealed record Circumstances(
        int Sections, bool Online, int Before, int Callbacks, int Clock, bool Pending, bool Recorded, bool Error, bool Known, bool Held, bool Awaited, bool Behind, bool Inside);

    [Fact]
    public void EveryWayToDropASourceLeavesTheSameBehind() => s_circumstances.Sample(
        static c =>
        {
            string[] left = [.. Enum.GetValues<Way>().Where(way => way != Way.Steps || !(c.Pending && c.Recorded)).Select(way => Left(c, way))];
            return left.All(l => l == left[0]) ? true : throw new InvalidOperationException($"{c}:\n{string.Join('\n', left)}");
        },
        iter: 150, threads: 1);

    [Fact]
    public void AWayThatForgetsTheErrorIsCaught()
    {
        Circumstances plain = new(0, false, 0, 0, 1, false, false, false, false, false, false, false, false);
        Assert.NotEqual(Left(plain, Way.Plain), Left(plain, Way.Steps, FenceError.None));
        Assert.Equal(Left(plain, Way.Plain), Left(plain, Way.Steps));
    }

    private static string Left(Circumstances c, Way way, FenceError? error = null)
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false, MagazineSize = 8, Poison = false });
        Timeline timeline = engine.CreateTimeline("dropped");
        TimelineBlock* block = timeline.Block;
        for (int i = 0; i < c.Before; i++)
        {
            using FenceSource passed = timeline.CreateFence();
            passed.SignalAt(default, engine.Block->StartNanoseconds + 1_000_000);
        }

        FenceSource pending = c.Pending ? timeline.CreateFence() : default;
        FenceSource source = timeline.CreateFence();
        FenceSource behind = timeline.CreateFence();
        List<string> ran = [];
        FenceRef held = default;
        for (int i = 0; i < c.Callbacks; i++)
        {
            string name = $"callback {i}";
            source.Fence.AddCallback((_, _) => ran.Add(name), null, out _);
        }

        if (c.Error)
        {
            source.TrySetError(FenceError.EntityKilled);
        }

        if (c.Known)
        {
            _ = source.Fence;
        }

        if (c.Held)
        {
            source.Fence.TryAcquire(out held);
        }

        Task<WaitResult>? awaited = c.Awaited ? timeline.WaitForAsync(block->LastSeqno - 1).AsTask() : null;
        if (c.Behind)
        {
            behind.Signal(FenceError.TimedOut);
        }

        if (c.Pending && c.Recorded)
        {
            source.Signal(FenceError.DeviceLost);
        }

        // Before what passed, at it, behind it; or nobody publishes a time, and the stamps are not compared.
        engine.Block->Clock.Publish(c.Clock == 3 ? 0 : engine.Block->StartNanoseconds + (c.Clock * 1_000_000L));
        string word = Drop(c, engine, () => End(source, way, error ?? FenceError.Canceled));
        engine.Block->Clock.Publish(0);
        FenceSlot* slot = source.Unmarked.Slot;
        string head = !HeadWord.IsClosed(slot->Head) ? $"open, promised: {HeadWord.IsPromised(slot->Head)}"
            : $"error {HeadWord.ClosedError(slot->Head)}, quiesced: {HeadWord.IsQuiesced(slot->Head)}";
        string stamps = c.Clock == 3 ? "" : $"at {(HeadWord.IsClosed(slot->Head) ? HeadWord.Units(slot->Head) : 0)}, last {block->LastUnits}";
        string state = $"completed {block->Completed}, {stamps}, {word}, recorded {block->DeferredCount}";

        // What is handed to the dispatcher has run or not.
        string ended = c.Callbacks != 0 && c.Sections != 0 ? "" : $"{head}, references {slot->RefGen - source.Unmarked.Value + source.Unmarked.Index:X}\n{Counted(engine)}";
        held.Dispose();
        pending.Dispose();
        behind.Dispose();
        Until.Holds(() => awaited is null or { IsCompleted: true }, "the awaited value");
        Until.Holds(() => engine.GetStatistics() is { FencesLive: 0, CallbackNodesLive: 0 }, "the last reference's end");
        return $"{state}\n{ended}\n{Counted(engine)}\n{string.Join(", ", ran)}, awaited {awaited?.Result}";
    }

    // Inside sections, online, inside a callback, or not: and the section's word is afterwards what it was.
    private static string Drop(Circumstances c, FenceEngine engine, Action drop)
    {
        string word = "";
        void Within()
        {
            using OnlineReader? reader = c.Online && !c.Inside ? OnlineReader.Register() : null;
            for (int i = 0; i < c.Sections; i++)
            {
                Section.Enter();
            }

            ReaderRecord* record = Registry.CurrentReader();
            ulong before = Atomic.LoadPlain(ref record->Word);
            drop();
            word = Atomic.LoadPlain(ref record->Word) == before ? "sections as before" : "sections CHANGED";
            for (int i = 0; i < c.Sections; i++)
            {
                Section.Exit();
            }
        }

        if (!c.Inside)
        {
            Within();
            return word;
        }

        using FenceSource outer = engine.CreateTimeline("outer").CreateFence();
        outer.Fence.AddCallback((_, _) => Within(), null, out _);
        outer.Signal();
        return word;
    }

    private static void End(FenceSource source, Way way, FenceError error)
    {
        switch (way)
        {
            case Way.Plain:
                source.Dispose();
                break;
            case Way.InHand:
                FenceThread.GetCurrent().Dispose(source);
                break;
            case Way.ByLook:
                new FenceSource(source.Unmarked.Value).Dispose();
                break;
            default:
                source.Signal(error);
                source.Dispose();
                break;
        }
    }

    private static string Counted(FenceEngine engine)
    {
        EngineStatistics s = engine.GetStatistics();
        return $"created {s.FencesCreated} signaled {s.FencesSignaled} failed {s.FencesFailed} canceled {s.FencesCanceled} lost {s.FencesLost} killed {s.FencesKilled} "
            + $"timed out {s.FencesTimedOut} released {s.FencesReleased} again {s.SignalsRepeated} deferred {s.SignalsDeferred} run {s.CallbacksAdded} "
            + $"stale {s.StaleRefused} wraps {s.GenerationWraps} awaits {s.Awaits} refused {s.Refused} lost slots {s.SlotsLost}";
    }
}
