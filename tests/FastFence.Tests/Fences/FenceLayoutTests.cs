using System.Runtime.CompilerServices;
using CsCheck;
using FastFence.Fences;
using FastFence.Memory;
using FastFence.Reclamation;
using FastFence.Rings;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>Layout is a contract: sizes, offsets, and 128 bytes between words that different threads write.</summary>
public sealed unsafe class FenceLayoutTests(ITestOutputHelper output)
{
    [Fact]
    public void SizesAreTheOnesThatWereDecided()
    {
        (string Name, int Expected, int Actual)[] sizes =
        [
            (nameof(FenceSlot), 64, sizeof(FenceSlot)),
            (nameof(CallbackNode), 32, sizeof(CallbackNode)),
            (nameof(ReaderRecord), 128, sizeof(ReaderRecord)),
            (nameof(TimelineBlock), 256, sizeof(TimelineBlock)),
            (nameof(ExporterBlock), 256, sizeof(ExporterBlock)),
            (nameof(RingSlot), 64, sizeof(RingSlot)),
            (nameof(RingCommand), 48, sizeof(RingCommand)),
            (nameof(RingBlock), 512, sizeof(RingBlock)),
            (nameof(DispatchQueue), 384, sizeof(DispatchQueue)),
            (nameof(Fence), 8, sizeof(Fence)),
            (nameof(FenceRef), 8, sizeof(FenceRef)),
            (nameof(FenceSource), 16, sizeof(FenceSource)), // decision 112
        ];
        foreach ((string name, int expected, int actual) in sizes)
        {
            output.WriteLine($"{name,-14} {actual,4} bytes");
            Assert.True(expected == actual, $"{name} has {actual} bytes, {expected} were decided");
        }

        Assert.Equal((sizeof(FenceSlot), sizeof(CallbackNode)), (Reservation.FenceBytes, Reservation.NodeBytes));
    }

    [Fact]
    public void AFencesWordsStandWhereTheDecisionPutsThem()
    {
        FenceSlot slot = default;
        Dictionary<string, long> offsets = new()
        {
            [nameof(slot.Head)] = Offset(ref slot, ref slot.Head),
            [nameof(slot.RefGen)] = Offset(ref slot, ref slot.RefGen),
            [nameof(slot.Context)] = Offset(ref slot, ref slot.Context),
            [nameof(slot.Seqno)] = Offset(ref slot, ref slot.Seqno),
            [nameof(slot.Timeline)] = (byte*)&slot.Timeline - (byte*)&slot,
            [nameof(slot.DriverName)] = Offset(ref slot, ref slot.DriverName),
            [nameof(slot.TimelineName)] = Offset(ref slot, ref slot.TimelineName),
            [nameof(slot.PrivateData)] = Offset(ref slot, ref slot.PrivateData),
            [nameof(slot.Link)] = Offset(ref slot, ref slot.Link),
            [nameof(slot.Flags)] = Offset(ref slot, ref slot.Flags),
        };
        Print(nameof(FenceSlot), offsets);
        Assert.Equal([0L, 8, 16, 24, 32, 40, 44, 48, 56, 60], offsets.Values);
        slot.Flags = FenceFlags.Unshared | FenceFlags.Enabled;
        slot.UnsharedByte = 0;
        Assert.Equal(FenceFlags.Enabled, slot.Flags);
    }

    [Fact]
    public void EachFlagOfAFenceIsABitOfItsOwn()
    {
        uint[] flags = [.. typeof(FenceFlags).GetFields().Where(field => field.FieldType == typeof(uint)).Select(field => (uint)field.GetRawConstantValue()!)];
        Assert.True(flags.Length >= 6);
        Assert.All(flags, flag => Assert.True(uint.IsPow2(flag), $"{flag} is not one bit"));
        Assert.Equal(flags.Length, flags.Distinct().Count());
    }

    [Fact]
    public void ANodesWordsStandWhereTheDecisionPutsThem()
    {
        CallbackNode node = default;
        Dictionary<string, long> offsets = new()
        {
            [nameof(node.Next)] = Offset(ref node, ref node.Next),
            [nameof(node.RunNext)] = Offset(ref node, ref node.RunNext),
            [nameof(node.State)] = Offset(ref node, ref node.State),
            [nameof(node.Owner)] = Offset(ref node, ref node.Owner),
            [nameof(node.Kind)] = Offset(ref node, ref node.Kind),
            [nameof(node.Final)] = Offset(ref node, ref node.Final),
            [nameof(node.Function)] = Offset(ref node, ref node.Function),
            [nameof(node.Argument)] = Offset(ref node, ref node.Argument),
        };
        Print(nameof(CallbackNode), offsets);
        Assert.Equal([0L, 4, 8, 12, 14, 15, 16, 24], offsets.Values);
    }

    [Fact]
    public void ContendedWordsOfDifferentWritersLie128BytesApart()
    {
        DomainBlock domain = default;
        RingBlock ring = default;
        AssertApart("domain", Offset(ref domain, ref domain.Phase), Offset(ref domain, ref domain.Completed), Offset(ref domain, ref domain.Records), Offset(ref domain, ref domain.SharedWord));
        AssertApart("ring", 0, Offset(ref ring, ref ring.Seen), Offset(ref ring, ref ring.DoorbellAsleep), Offset(ref ring, ref ring.OwnWord));
    }

    [Fact]
    public void EachWriterOfATimelineHasALineAndNoTwoBusyOnesShareAPair()
    {
        TimelineBlock timeline = default;
        Dictionary<string, long> first = new()
        {
            ["what is fixed"] = Offset(ref timeline, ref timeline.DisplayContext) / Reservation.LineBytes,
            ["emitters"] = Offset(ref timeline, ref timeline.LastSeqno) / Reservation.LineBytes,
            ["signaller"] = Offset(ref timeline, ref timeline.Completed) / Reservation.LineBytes,
            ["reclaimers"] = Offset(ref timeline, ref timeline.Reclaimed) / Reservation.LineBytes,
        };
        Print(nameof(TimelineBlock), first);
        Assert.Equal([0L, 1, 2, 3], first.Values);
        Assert.True(first["emitters"] / 2 != first["signaller"] / 2, "the emitters and the signaller write all the time");

        // All that a signal reads or writes of it, but for what is fixed.
        long[] signal =
        [
            Offset(ref timeline, ref timeline.LastUnits), Offset(ref timeline, ref timeline.Awaited), Offset(ref timeline, ref timeline.DeferredCount),
            Offset(ref timeline, ref timeline.Queued), Offset(ref timeline, ref timeline.Runner), Offset(ref timeline, ref timeline.RunCount),
        ];
        Assert.All(signal, at => Assert.Equal(first["signaller"], at / Reservation.LineBytes));
        Assert.Equal(sizeof(TimelineBlock), BlockHeap.RoundedSize(sizeof(TimelineBlock)));
    }

    [Fact]
    public void TheLargestReservationLeavesANodeIndexItsTopBit() =>
        Assert.True((256L << 30) / 4 / Reservation.NodeBytes <= 1L << 31);

    [Fact]
    public void AnOpenHeadWordKeepsEveryFieldThatWasPutIn() =>
        Gen.Select(Gen.UInt, Gen.UInt[0, int.MaxValue], Gen.UInt[0, 4095], Gen.Bool, Gen.Bool).Sample((generation, node, error, swept, promised) =>
        {
            ulong head = HeadWord.OpenEmpty(generation);
            head |= promised ? HeadWord.PromisedBit : 0;
            head = HeadWord.WithError(HeadWord.WithNode(head, node), error);
            head |= swept ? HeadWord.SweepBit : 0;
            ulong other = HeadWord.WithNode(head, node ^ 1);
            return !HeadWord.IsClosed(head) && HeadWord.Node(head) == node && HeadWord.OpenError(head) == error
                && HeadWord.IsOf(head, generation) && !HeadWord.IsOf(head, generation + 1)
                && HeadWord.IsPromised(head) == promised && HeadWord.IsPromised(other) == promised
                && (head & HeadWord.SweepBit) != 0 == swept && HeadWord.WithNode(other, node) == head;
        });

    [Fact]
    public void AClosedHeadWordKeepsErrorTimeAndDoneBits() =>
        Gen.Select(Gen.UInt[0, 4095], Gen.ULong[0, HeadWord.MaxUnits], Gen.Bool).Sample((error, units, quiesced) =>
        {
            ulong head = HeadWord.Closed(error, units, quiesced ? HeadWord.Quiesced : 0);
            return HeadWord.IsClosed(head) && !HeadWord.IsPromised(head) && HeadWord.ClosedError(head) == error
                && HeadWord.Units(head) == units && HeadWord.IsQuiesced(head) == quiesced
                && HeadWord.IsQuiesced(head | HeadWord.Quiesced);
        });

    [Fact]
    public void APoisonedHeadWordReadsAsClosed() => Assert.True(HeadWord.IsClosed(Poison.Pattern));

    private static long Offset<TBlock, TField>(ref TBlock block, ref TField field) =>
        Unsafe.ByteOffset(ref Unsafe.As<TBlock, byte>(ref block), ref Unsafe.As<TField, byte>(ref field));

    private void Print(string name, Dictionary<string, long> offsets) =>
        output.WriteLine($"{name}: {string.Join(", ", offsets.Select(o => $"{o.Key} @{o.Value}"))}");

    private void AssertApart(string name, params long[] offsets)
    {
        output.WriteLine($"{name}: {string.Join(", ", offsets)}");
        Assert.All(offsets.Zip(offsets.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Reservation.ContentionBytes));
    }
}
