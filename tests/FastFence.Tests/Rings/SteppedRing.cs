using FastFence.Fences;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Rings;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>A ring whose device and poller are stepped by the test; all its fences are held.</summary>
internal sealed unsafe class SteppedRing : IDisposable
{
    public SteppedRing(RingOptions? options = null, FenceEngineOptions? engine = null)
    {
        Engine = new FenceEngine((engine ?? new FenceEngineOptions()) with { StartPoller = false });
        Ring = Engine.CreateRing("ring", options ?? new RingOptions { Capacity = 8 });
    }

    public FenceEngine Engine { get; }

    public FenceRing Ring { get; }

    public List<FenceRef> Held { get; } = [];

    public Fence[] Emit(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(EmitResult.Emitted, Ring.Emit(new RingCommand { Opcode = 1, Argument0 = Ring.Timeline.LastSeqno + 1 }, out FenceRef fence));
            Held.Add(fence);
        }

        return [.. Held.TakeLast(count).Select(f => f.Fence)];
    }

    /// <summary>The device takes all there is and reports the last.</summary>
    public void Execute()
    {
        while (Ring.Consumer.TryTake(out _))
        {
        }

        Ring.Consumer.Complete(Ring.Consumer.Position);
    }

    public int Step() => Engine.Poller.DoWork();

    public void Round(int count)
    {
        Emit(count);
        Execute();
        Step();
    }

    /// <summary>Two looks of the poller for holes, further apart than the limit.</summary>
    public void MendHole()
    {
        long now = MonotonicClock.Nanoseconds;
        RingRetire.MendHole(Ring.Block, now);
        RingRetire.MendHole(Ring.Block, now + Ring.Block->HoleNanoseconds);
    }

    /// <summary>A producer that reserves a slot and a position and stands still.</summary>
    public (uint Index, ulong Position) StandStill()
    {
        Section.Enter();
        uint index = FenceLife.Reserve(Registry.CacheOf(&Engine.Block->Pools));
        Section.Exit();
        return (index, Interlocked.Increment(ref Ring.Block->Timeline->LastSeqno));
    }

    /// <summary>It goes on.</summary>
    public EmitResult GoOn((uint Index, ulong Position) producer)
    {
        Section.Enter();
        EmitResult result = RingEmit.Finish(
            Registry.CacheOf(&Engine.Block->Pools), Ring.Block, producer.Index, producer.Position, new RingCommand { Opcode = 1 }, 0, 2, null, out ulong handle);
        Section.Exit();
        Assert.Equal(result == EmitResult.Emitted, handle != 0);
        if (handle != 0)
        {
            Held.Add(new FenceRef(handle));
        }

        return result;
    }

    /// <summary>Everything is released, reclaimed and freed: no account is off by one.</summary>
    public void MustEndClean()
    {
        Held.ForEach(f => f.Dispose());
        Held.Clear();
        Ring.Dispose();
        Until.Holds(() => Ring.Timeline.IsFreed, "the ring's end: a position that nobody accounts for keeps it");
        Until.Drained(Engine);
        EngineStatistics end = Engine.GetStatistics();
        Assert.Equal((0, 0, 0), (end.FencesLive, end.SlotsLost, end.PoisonBroken));
    }

    public void Dispose()
    {
        Held.ForEach(f => f.Dispose());
        Engine.Dispose();
    }
}
