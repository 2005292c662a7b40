using System.Runtime.InteropServices;
using FastFence.Atomics;
using FastFence.Fences;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Reclamation;

/// <summary>Who rests costs a grace period no barrier, and comes back by any call (contract C5, architecture decision 5).</summary>
public sealed unsafe class ReaderRestTests : IDisposable
{
    private readonly DomainBlock* _domain = Make<DomainBlock>();
    private readonly ReaderRecord* _reader = Make<ReaderRecord>();

    public ReaderRestTests()
    {
        _domain->Phase = Domain.PhaseStep;
        _domain->Records = (nint)_reader;
        _reader->State = (uint)ReaderState.Casual;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_domain);
        NativeMemory.AlignedFree(_reader);
    }

    [Fact]
    public void OnlyAReaderThatMayBeEnteringCostsABarrier()
    {
        Assert.Equal(1ul, BarriersOfAScan(null));
        Assert.Equal(0ul, BarriersOfAScan(_reader)); // the scanning thread sees its own stores
        Reader.Rest(_reader);
        Assert.Equal(0ul, BarriersOfAScan(null));
        Reader.Enter(_domain, _reader);
        Assert.Equal(1ul, BarriersOfAScan(null));
        Reader.Exit(_reader);
        Assert.Equal(1ul, BarriersOfAScan(null));
    }

    [Fact]
    public void AnOnlineReaderCostsOneOnlyWhileItIsAway()
    {
        Reader.Return(_domain, _reader);
        Assert.Equal(0ul, BarriersOfAScan(null));
        Assert.True(Reader.TryLeave(_reader));
        Assert.Equal(1ul, BarriersOfAScan(null));
        Reader.Rest(_reader);
        Assert.Equal(0ul, BarriersOfAScan(null));
        Reader.Return(_domain, _reader);
        Assert.Equal(0ul, BarriersOfAScan(null));
        Assert.False(Domain.Poll(_domain, null, Domain.Stamp(_domain)));
    }

    [Fact]
    public void ARestInsideASectionIsNone()
    {
        Reader.Enter(_domain, _reader);
        ulong word = _reader->Word;
        Reader.Rest(_reader);
        Assert.Equal(word, _reader->Word);
        Assert.False(Domain.Poll(_domain, null, Domain.Stamp(_domain)));
    }

    [Fact]
    public void AReaderAtRestHoldsUpNobodyAndIsNotInside()
    {
        Reader.Rest(_reader);
        Assert.False(Reader.IsInside(_reader));
        Assert.True(Domain.Poll(_domain, null, Domain.Stamp(_domain)));
        Assert.False(new StallDetector().TryFind(_domain, 0, out _));
    }

    [Fact]
    public void AThreadAtRestIsReadingNothing()
    {
        using Worker worker = new();
        worker.Do(static () =>
        {
            FenceThread.GetCurrent().Rest();
            Assert.Equal(Domain.AtRest, Registry.CurrentReader()->Word);
            Assert.False(Section.IsReading()); // checked mode reports what is asked for outside
            Section.Enter();
            Assert.True(Section.IsReading());
            Section.Exit();
        });
    }

    [Fact]
    public void NestingTooDeepIsStillRefused()
    {
        _reader->Word = (2 * Domain.PhaseStep) - 1;
        Assert.Throws<InvalidOperationException>(() => Reader.Enter(_domain, _reader));
        Assert.Throws<InvalidOperationException>(() => Reader.EnterBrief(_domain, _reader));
    }

    [Fact]
    public void EveryCallEndsTheRestAndDoesItsWork()
    {
        using Worker worker = new();
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        worker.Do(() =>
        {
            Timeline timeline = engine.CreateTimeline("rested");
            timeline.CreateFence().Dispose();
            ReaderRecord* reader = Registry.CurrentReader();
            FenceSource source = default;
            CallbackRegistration registration = default;
            int ran = 0;
            AssertEndsRest(reader, () => source = timeline.CreateFence());
            AssertEndsRest(reader, () => source.Fence.AddCallback((_, _) => ran++, null, out registration));
            AssertEndsRest(reader, () => Assert.True(registration.Remove()));
            AssertEndsRest(reader, () => source.Fence.AddCallback((_, _) => ran += 10, null, out _));
            AssertEndsRest(reader, () => Assert.Equal(SignalResult.Signaled, source.Signal()));
            Assert.Equal(10, ran);
            AssertEndsRest(reader, source.Dispose);
            FenceSource dropped = timeline.CreateFence();
            AssertEndsRest(reader, dropped.Dispose);
            AssertEndsRest(reader, static () =>
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
            });
            Assert.Equal((3, 3, 2), (engine.GetStatistics().FencesSignaled, engine.GetStatistics().FencesReleased, engine.GetStatistics().FencesCanceled));
        });
    }

    [Fact]
    public void WhoeverSleepsInTheEngineRests()
    {
        using FenceEngine engine = new(new FenceEngineOptions { StartPoller = false });
        Timeline timeline = engine.CreateTimeline("slept on");
        FenceSource source = timeline.CreateFence();
        nint record = 0;
        using Worker worker = new();
        Task waiting = Task.Run(() => worker.Do(() =>
        {
            Atomic.StoreRelease(ref record, (nint)Registry.CurrentReader());
            Assert.True(source.Fence.Wait(TimeSpan.FromSeconds(60)).IsSuccess);
        }));
        Until.Holds(() => WordOf(Atomic.LoadAcquire(ref record)) == Domain.AtRest, "the waiter's rest");
        Until.Holds(() => RecordOf("FastFence reclaim") is nint r && WordOf(r) == Domain.AtRest, "the reclaimer's rest");
        source.Signal();
        waiting.Wait(TimeSpan.FromSeconds(60));
        source.Dispose();
    }

    // The kernel keeps fifteen characters of a thread's name.
    private static nint? RecordOf(string name)
    {
        for (ReaderRecord* r = Domain.First(Domain.Process); r != null; r = r->Next)
        {
            string path = $"/proc/self/task/{r->ThreadId}/comm";
            if (r->State == (uint)ReaderState.Casual && File.Exists(path) && name.StartsWith(File.ReadAllText(path).Trim(), StringComparison.Ordinal))
            {
                return (nint)r;
            }
        }

        return null;
    }

    private static ulong WordOf(nint record) => record == 0 ? 0 : Atomic.LoadAcquire(ref ((ReaderRecord*)record)->Word);

    private static void AssertEndsRest(ReaderRecord* reader, Action call)
    {
        FenceThread.GetCurrent().Rest();
        Assert.Equal(Domain.AtRest, reader->Word);
        call();
        Assert.Equal(0ul, reader->Word);
    }

    private ulong BarriersOfAScan(ReaderRecord* self)
    {
        ulong before = _domain->Barriers;
        Domain.Advance(_domain, self);
        return _domain->Barriers - before;
    }

    private static T* Make<T>()
        where T : unmanaged
    {
        T* block = (T*)NativeMemory.AlignedAlloc((nuint)sizeof(T), 128);
        *block = default;
        return block;
    }
}
