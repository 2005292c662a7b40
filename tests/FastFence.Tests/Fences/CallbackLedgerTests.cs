using Xunit;
using Xunit.Sdk;

namespace FastFence.Tests.Fences;

/// <summary>The detector of lost, doubled and resurrected callbacks is alive: known-bad lists are caught by it.</summary>
public sealed class CallbackLedgerTests
{
    private readonly CallbackLedger _ledger = new(2);

    [Fact]
    public void TwoPushersWithoutAnExchangeLoseACallbackAndAreCaught()
    {
        // Both read the head, both write it: the interleaving that one compare-exchange forbids.
        Stack<int> list = new();
        int[] headOfFirst = [.. list];
        int[] headOfSecond = [.. list];
        list = new Stack<int>(headOfFirst.Append(0));
        _ledger.Added(0, true);
        list = new Stack<int>(headOfSecond.Append(1));
        _ledger.Added(1, true);
        RunAll(list);
        Assert.ThrowsAny<XunitException>(_ledger.Verify);
    }

    [Fact]
    public void ARemoverThatDoesNotLookAtTheHeadAgainIsCaught()
    {
        // The runner has read the node as pending; the remover marks it and answers without looking whether the fence closed.
        _ledger.Added(0, true);
        bool runnerHasIt = true;
        _ledger.Removed(0, true);
        if (runnerHasIt)
        {
            RunAll([0]);
        }

        Assert.ThrowsAny<XunitException>(_ledger.Verify);
    }

    [Fact]
    public void ARefusedCallbackThatRunsAllTheSameIsCaught()
    {
        _ledger.Added(0, false);
        RunAll([0]);
        Assert.ThrowsAny<XunitException>(_ledger.Verify);
    }

    [Fact]
    public void AnHonestListIsAcceptedByTheLedger()
    {
        _ledger.Added(0, true);
        _ledger.Added(1, true);
        _ledger.Removed(1, true);
        RunAll([0]);
        _ledger.Verify();
    }

    private void RunAll(IEnumerable<int> entries)
    {
        foreach (int entry in entries)
        {
            CallbackLedger.Run(default, _ledger.CellOf(entry));
        }
    }
}
