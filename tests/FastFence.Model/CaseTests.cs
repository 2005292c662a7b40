using FastFence.Model.Cases;
using FastFence.Model.Reports;

namespace FastFence.Model;

/// <summary>Every case holds, and each of its known-bad twins is caught or is known to be redundant.</summary>
public sealed class CaseTests
{
    [Fact]
    public void AFenceIsSignaledOnceAndItsResultsAreSeenWithIt() => Holds<SignalOnce>();

    [Fact]
    public void ACallbackAddedWhileTheFenceClosesRunsOnceOrIsRefused() => Holds<PushAgainstClose>();

    [Fact]
    public void WhatAReaderMaySeeIsFreedOnlyAfterItsSection() => Holds<ReaderAgainstScan>();

    private static void Holds<TCase>()
        where TCase : ModelCase, new() => Assert.Empty(Verdict.Of(new TCase()).Findings);
}
