using System.Runtime.InteropServices;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed class MachineFactsTests
{
    [Fact]
    public void EveryFactHasANameOfItsOwnAndAValue()
    {
        IReadOnlyList<MachineFact> facts = MachineFacts.Gather(measure: false);
        Assert.Equal(facts.Count, facts.Select(fact => fact.Name).Distinct().Count());
        Assert.All(facts, fact => Assert.NotEqual("", fact.Value));
    }

    [Fact]
    public void AdviceIsGivenExactlyWhereThereIsSomethingToKnow() =>
        Assert.All(MachineFacts.Gather(measure: false), fact => Assert.Equal(fact.Level != FactLevel.Ok, fact.Advice is not null));

    [Fact]
    public void MeasuringAddsACostForEachOperation()
    {
        Assert.All(MachineFacts.Operations, operation =>
        {
            (double median, double best) = MachineFacts.Measure(operation.Run);
            Assert.InRange(best, 0.01, median);
        });
        Assert.Equal(
            MachineFacts.Gather(measure: false).Count + MachineFacts.Operations.Count,
            MachineFacts.Gather(measure: true).Count);
    }

    [Fact]
    public void AQuotaAndAFewCoresAreExplained()
    {
        Assert.Contains("CPU quota of 1.5 cores", MachineFacts.AboutQuota(new CpuQuota(1.5, "cpu.max")).Advice, StringComparison.Ordinal);
        Assert.Equal(FactLevel.Ok, MachineFacts.AboutQuota(CpuQuota.None).Level);
        Assert.Equal(FactLevel.Problem, MachineFacts.AboutUsableCores(1).Level);
        Assert.Equal(FactLevel.Note, MachineFacts.AboutUsableCores(2).Level);
        Assert.Equal(FactLevel.Ok, MachineFacts.AboutUsableCores(3).Level);
    }

    [Fact]
    public void WhatTheKernelLacksIsAProblem()
    {
        Assert.Equal(FactLevel.Problem, MachineFacts.AboutBarrier(assisted: false, -1).Level);
        Assert.Equal(FactLevel.Problem, MachineFacts.AboutBarrier(assisted: false, 1).Level);
        Assert.Equal(FactLevel.Problem, MachineFacts.AboutClockSource("hpet").Level);
        Assert.Equal(FactLevel.Problem, MachineFacts.AboutArchitecture(Architecture.Arm).Level);
    }

    [Fact]
    public void LimitsSayHowToRaiseThem()
    {
        ResourceLimit small = new(64 << 10);
        ResourceLimit none = new(ulong.MaxValue);
        Assert.Contains("RLIMIT_MEMLOCK 64 KiB", MachineFacts.AboutLockedMemory(small, capable: false).Advice, StringComparison.Ordinal);
        Assert.Null(MachineFacts.AboutLockedMemory(small, capable: true).Advice);
        Assert.Null(MachineFacts.AboutLockedMemory(none, capable: false).Advice);
        Assert.Contains("ulimit -v", MachineFacts.AboutAddressSpace(new ResourceLimit(1 << 30)).Advice, StringComparison.Ordinal);
        Assert.Null(MachineFacts.AboutAddressSpace(none).Advice);
        Assert.Contains("madvise", MachineFacts.AboutHugePages("always madvise [never]").Advice, StringComparison.Ordinal);
        Assert.Contains("smaller bound", MachineFacts.AboutOvercommit("2").Advice, StringComparison.Ordinal);
        Assert.Contains("SCHED_FIFO", MachineFacts.AboutPriority(new ResourceLimit(99), capable: false).Advice, StringComparison.Ordinal);
        Assert.Null(MachineFacts.AboutPriority(new ResourceLimit(0), capable: false).Advice);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(100, "100 B")]
    [InlineData(64 << 10, "64 KiB")]
    [InlineData(8 << 20, "8 MiB")]
    [InlineData(1 << 30, "1 GiB")]
    [InlineData(ulong.MaxValue, "unlimited")]
    public void SizesAreWrittenInTheLargestWholeUnit(ulong bytes, string text) =>
        Assert.Equal(text, new ResourceLimit(bytes).DescribeBytes());
}
