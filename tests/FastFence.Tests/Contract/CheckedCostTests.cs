using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>Checked mode off costs nothing: the JIT makes the same code of the hot paths as of a library without the checks.</summary>
public sealed class CheckedCostTests
{
    private const string Without = "FASTFENCE_WITHOUT_CHECKS";

    // What the checks call: in the code of an unchecked process none of it may be named.
    private static readonly string[] s_traces = ["Checks", "CheckedThread", "CheckedMode", "Misuses", "FenceTickets", "OrderGraph", "Checked("];

    [Fact]
    public void HotPathsHaveTheSameCodeAsInALibraryWithoutTheChecks()
    {
        using HotPaths paths = new();
        SortedDictionary<string, string> shipped = paths.Disassemble(null, "0");
        SortedDictionary<string, string> without = paths.Disassemble(Without, "0");
        string[] hot = ["Driver:HotSection", "Driver:HotRef", "Driver:HotLife", "Driver:HotDrop", "Driver:HotIsSignaled", "FenceSignal:SignalOn", "FenceSignal:DropOn", "References:ReleaseOn"];
        foreach (string method in hot)
        {
            Assert.Contains(shipped.Keys, name => name.Contains(method, StringComparison.Ordinal));
        }

        int compared = 0;
        foreach ((string name, string code) in shipped)
        {
            Assert.All(s_traces, trace => Assert.DoesNotContain(trace, code, StringComparison.Ordinal));
            if (without.TryGetValue(name, out string? other))
            {
                Assert.Equal(other, code);
                compared++;
            }
        }

        Assert.True(compared >= hot.Length, $"{compared} methods compared");

        // The control: switched on, the same methods do call the checks.
        SortedDictionary<string, string> on = paths.Disassemble(null, "1");
        Assert.Contains(on.Values, code => code.Contains("CheckedThread", StringComparison.Ordinal));
        Assert.Contains(on.Values, code => code.Contains("FenceTickets", StringComparison.Ordinal));
        Assert.NotEqual(shipped[shipped.Keys.First(n => n.Contains("HotSection", StringComparison.Ordinal))], on[on.Keys.First(n => n.Contains("HotSection", StringComparison.Ordinal))]);
    }
}
