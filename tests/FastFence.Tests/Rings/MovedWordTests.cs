using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Polling;
using FastFence.Reclamation;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>A ring that recovers to a word elsewhere, with and without memory for a set that says so.</summary>
public sealed unsafe class MovedWordTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARingThatHasMovedIsFoundAtItsNewWord(bool isMemoryOut)
    {
        MovingDevice device = new() { IsMemoryOut = isMemoryOut };
        using (FenceEngine engine = new(new FenceEngineOptions { StartPoller = false }))
        {
            FenceRing ring = engine.CreateRing("r", new RingOptions
            {
                Capacity = MovingDevice.Capacity,
                Addresses = device.Give(0),
                Device = device,
                Watchdog = Timeout.InfiniteTimeSpan,
            });
            Assert.Equal(EmitResult.Emitted, ring.Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
            engine.Poller.DoWork();
            nint former = RingSet.LookOf(RingSet.Of(engine.Poller.Block), 0);
            Assert.True(ring.Recover(FenceError.None)); // what is outstanding is kept
            Assert.Equal(isMemoryOut, RingSet.LookOf(RingSet.Of(engine.Poller.Block), 0) == former);
            engine.Poller.DoWork();
            ring.Consumer.CompleteSilently(1);
            Assert.Equal(1, engine.Poller.DoWork());
            Assert.True(fence.Fence.IsSignaled);
            fence.Dispose();
        }

        device.Free();
    }

    [Fact]
    public void AWordMayBeUnmappedAsSoonAsItsRingIsClosed()
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Managed, PollerSpin = TimeSpan.FromMilliseconds(50) });
        using FenceRing busy = engine.CreateRing("keeps the poller awake");
        for (int i = 0; i < 300; i++)
        {
            using MemoryMappedFile file = MemoryMappedFile.CreateNew(null, Environment.SystemPageSize);
            using MemoryMappedViewAccessor view = file.CreateViewAccessor();
            byte* page = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref page);
            engine.CreateRing("mapped", new RingOptions { CompletionWord = (nint)page }).Dispose();
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    [Fact]
    public void ATurnIsAwaitedUntilItsReportOrTheLimit()
    {
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Managed, PollerSpin = TimeSpan.FromMinutes(1) });
        using FenceRing ring = engine.CreateRing("keeps the poller awake");
        Assert.True(engine.Poller.AwaitTurn(Domain.Stamp(Domain.Process), TimeSpan.FromMinutes(1)));
        Assert.False(engine.Poller.AwaitTurn(ulong.MaxValue, TimeSpan.FromMilliseconds(20))); // a stamp that no report reaches
    }

    /// <summary>Two places for a ring of this process.</summary>
    private sealed class MovingDevice : FenceDevice
    {
        public const int Capacity = 2;

        private const int Place = 512;

        private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(2 * Place);

        public bool IsMemoryOut { get; init; }

        public RingAddresses Give(int place) => new()
        {
            Commands = (nint)(_memory + (place * Place)),
            CompletionWord = (nint)(_memory + (place * Place) + 128),
            Doorbell = (nint)(_memory + (place * Place) + 192),
        };

        public override bool CheckHealth() => true;

        public override bool Quiesce(TimeSpan timeout) => true;

        public override bool TryGiveMemory(FenceRing ring, ulong position, out RingAddresses addresses)
        {
            addresses = Give(1);
            BlockHeap.FailAfter = IsMemoryOut ? 1UL : 0; // the poller's new set
            return true;
        }

        public override void OnMoved(FenceRing ring) => BlockHeap.FailAfter = 0;

        public void Free() => NativeMemory.Free(_memory);
    }
}
