using FastFence.Memory;
using Xunit;

namespace FastFence.Tests.Memory;

public sealed unsafe class BlockHeapTests
{
    public static TheoryData<long> Sizes =>
        [1, 63, 64, 65, 240, 256, 2048, 4097, 1 << 20, (1 << 20) + 1, 2 << 20, (2 << 20) + 1, 5 << 20];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ABlockIsAlignedRoundedAndZeroedAlsoWhenItIsUsedAgain(long bytes)
    {
        long rounded = BlockHeap.RoundedSize(bytes);
        Assert.True(rounded >= bytes && rounded % 64 == 0);
        for (int life = 0; life < 3; life++)
        {
            byte* block = (byte*)BlockHeap.TryAllocate(bytes);
            Assert.Equal(0u, (nuint)block % (nuint)Math.Min(rounded, 2 << 20));
            Span<byte> content = new(block, (int)rounded);
            Assert.Equal(-1, content.IndexOfAnyExcept((byte)0));
            content.Fill(0xFF);
            BlockHeap.Free(block, bytes);
        }
    }

    [Fact]
    public void ABlockGivenBackIsTheNextOfItsSize()
    {
        void* first = BlockHeap.TryAllocate(300);
        BlockHeap.Free(first, 300);
        void* other = BlockHeap.TryAllocate(700);
        void* again = BlockHeap.TryAllocate(500);
        Assert.True(first == again);
        Assert.False(first == other);
        BlockHeap.Free(other, 700);
        BlockHeap.Free(again, 500);
    }

    [Fact]
    public void AReferenceNamesItsBlockAndIsNeverZero()
    {
        for (long bytes = 64; bytes <= 1 << 20; bytes *= 2)
        {
            void* block = BlockHeap.TryAllocate(bytes);
            uint reference = BlockHeap.ReferenceOf(block);
            Assert.NotEqual(0u, reference);
            Assert.True(BlockHeap.At(reference) == block);
            BlockHeap.Free(block, bytes);
        }
    }

    [Theory]
    [InlineData((1 << 20) + 1)]
    [InlineData(5 << 20)]
    public void RunsOfSlabsAreUsedAgain(long bytes)
    {
        BlockHeap.Free(BlockHeap.TryAllocate(bytes), bytes);
        uint taken = Regions.Blocks->Taken;
        for (int i = 0; i < 50; i++)
        {
            BlockHeap.Free(BlockHeap.TryAllocate(bytes), bytes);
        }

        Assert.Equal(taken, Regions.Blocks->Taken);
    }

    [Fact]
    public void AnImpossibleRunIsRefusedAndTakesNothing()
    {
        uint taken = Regions.Blocks->Taken;
        Assert.True(BlockHeap.TryAllocate(Reservation.BlockRegionBytes + 1) == null);
        Assert.Equal(taken, Regions.Blocks->Taken);
    }

    [Fact]
    public void ManyThreadsNeverHoldTheSameBlock() => Worker.Together(4, number => Shuffle((ulong)number + 1));

    private static void Shuffle(ulong mark)
    {
        Random random = new((int)mark);
        ulong*[] held = new ulong*[32];
        long[] bytes = new long[32];
        for (int i = 0; i < 30_000; i++)
        {
            int at = random.Next(held.Length);
            if (held[at] == null)
            {
                bytes[at] = random.Next(1, 1000);
                held[at] = (ulong*)BlockHeap.TryAllocate(bytes[at]);
                *held[at] = mark;
            }
            else
            {
                Assert.Equal(mark, *held[at]);
                BlockHeap.Free(held[at], bytes[at]);
                held[at] = null;
            }
        }

        for (int at = 0; at < held.Length; at++)
        {
            if (held[at] != null)
            {
                Assert.Equal(mark, *held[at]);
                BlockHeap.Free(held[at], bytes[at]);
            }
        }
    }
}
