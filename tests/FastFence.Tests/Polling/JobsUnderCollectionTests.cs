using System.Runtime.InteropServices;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Rings;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Polling;

/// <summary>
/// Jobs whose in-fences the poller signals, while a garbage collection of the host waits for a thread: it sits in a call that the runtime
/// does not let it out of, so the collection stands with all threads of the host stopped until a native device has done its jobs.
/// </summary>
public sealed unsafe class JobsUnderCollectionTests : IDisposable
{
    private const int Jobs = 400;
    private const int Attempts = 5;

    private readonly RingDriverWords* _words = (RingDriverWords*)NativeMemory.AlignedAlloc((nuint)sizeof(RingDriverWords), 128);
    private readonly long* _starts = (long*)NativeMemory.AllocZeroed(Jobs * sizeof(long));

    public JobsUnderCollectionTests() => Assert.SkipUnless(NativePollerLibrary.IsAvailable, NativePollerLibrary.Reason);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_words);
        NativeMemory.Free(_starts);
    }

    [Fact]
    public void JobsThatWaitForFencesGoOutWhileTheHostIsStopped()
    {
        for (int attempt = 1; ; attempt++)
        {
            (bool reached, ulong jobs, bool proven) = Run(PollerKind.Native, TimeSpan.FromSeconds(60));
            Assert.True(reached, $"{jobs} of {Jobs} jobs while the host stood still for a minute");
            if (proven)
            {
                return;
            }

            Assert.True(attempt < Attempts, "no collection had begun before the device did: inconclusive");
        }
    }

    // The control: the same with a managed poller, which stands still with its host. What had no in-fence goes out, and what waits does not.
    [Fact]
    public void WithAManagedPollerTheyStandStill()
    {
        for (int attempt = 1; ; attempt++)
        {
            (bool reached, ulong jobs, bool proven) = Run(PollerKind.Managed, TimeSpan.FromMilliseconds(400));
            if (!reached && jobs <= 1)
            {
                return;
            }

            Assert.True(!proven && attempt < Attempts, $"{jobs} jobs went out");
        }
    }

    private (bool Reached, ulong Jobs, bool Proven) Run(PollerKind kind, TimeSpan limit)
    {
        *_words = default;
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = kind, PollerPark = TimeSpan.FromMilliseconds(1), HeartbeatLimit = TimeSpan.FromMinutes(5) });
        FenceRing a = engine.CreateRing("a");
        FenceRing b = engine.CreateRing("b");
        FenceRef last = default;
        List<FenceRef> fences = [];
        for (int i = 0; i < Jobs; i++)
        {
            RingCommand job = new() { Opcode = 1, DurationNanoseconds = 1_000 };
            FenceRing ring = i % 2 == 0 ? a : b;
            Assert.Equal(EmitResult.Emitted, i == 0 ? ring.Emit(job, out last) : ring.EmitWhen([last.Fence], job, out last));
            fences.Add(last);
        }

        _words->Rings[0] = (ulong)a.Block;
        _words->Rings[1] = (ulong)b.Block;
        _words->Count = 2;
        _words->Starts = _starts;
        _words->Capacity = Jobs;
        _words->Target = Jobs;
        _words->IsAhead = 1;
        _words->NotBefore = MonotonicClock.Nanoseconds + 150_000_000; // the collection begins before that, or the attempt proves nothing
        _words->GiveUpAt = _words->NotBefore + (long)limit.TotalNanoseconds;
        Assert.Equal(0, NativePollerLibrary.Drive(_words));
        ulong inCall = 0;
        ulong atReturn = 0;
        Thread stubborn = new(() =>
        {
            // Without a transition the thread counts as running managed code while it sleeps: that is what a collection waits for.
            var hold = (delegate* unmanaged[SuppressGCTransition]<ulong, nint, void>)NativePollerLibrary.HoldCallback;
            Volatile.Write(ref inCall, 1);
            hold(0, (nint)(&_words->IsAhead));
            atReturn = Volatile.Read(ref _words->Jobs);
        });
        stubborn.Start();
        Until.Holds(() => Volatile.Read(ref inCall) == 1, "the thread in its call");
        TimeSpan paused = GC.GetTotalPauseDuration();
        GC.Collect();
        long end = MonotonicClock.Nanoseconds;
        stubborn.Join();
        long begun = end - (long)(GC.GetTotalPauseDuration() - paused).TotalNanoseconds;
        bool proven = begun <= _words->NotBefore;
        Until.Holds(() => Volatile.Read(ref _words->Jobs) == Jobs, "all jobs, with the host running");
        Volatile.Write(ref _words->Stop, 1);
        Until.Holds(() => Volatile.Read(ref _words->HasEnded) == 1, "the device's end");
        Until.Holds(() => a.Outstanding + b.Outstanding == 0, "the fences");
        Assert.Equal(Jobs - 1, engine.GetStatistics().JobsFed);
        fences.ForEach(f => f.Dispose());
        return (atReturn == Jobs, atReturn, proven);
    }
}
