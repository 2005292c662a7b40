using System.Text.Json;
using FastFence.Platform;
using FastFence.Polling;
using FastFence.Tests.Platform;
using FastFence.Tool.Cli;
using FastFence.Tool.Diagnoses;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>The doctor: what it prints, what it writes, and when it says that the machine will not do.</summary>
[Collection(nameof(CoreKeeperTests))]
public sealed class DoctorTests
{
    [Fact]
    public void TheDoctorPrintsATableAndWritesTheSameFactsAsJson()
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(ExitCodes.Ok, CommandLine.Invoke(["doctor", "--json", "-"], new Streams(output, error, false, false, 80), Verbs.Built));
        using JsonDocument json = JsonDocument.Parse(output.ToString());
        string[] lines = error.ToString().Split('\n');
        foreach (JsonElement fact in json.RootElement.EnumerateArray())
        {
            string name = fact.GetProperty("name").GetString()!;
            string line = Assert.Single(lines, l => l.StartsWith($"| {name} ", StringComparison.Ordinal));
            Assert.Contains(fact.GetProperty("value").GetString()!, line, StringComparison.Ordinal);
            Assert.Contains(fact.GetProperty("level").GetString(), (string[])["ok", "note", "problem"]);
            Assert.Contains(fact.GetProperty("advice").GetString() ?? "", line, StringComparison.Ordinal);
        }

        Assert.StartsWith("ok: an engine runs here", lines[^2], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', error.ToString());
    }

    [Fact]
    public void TheDoctorKnowsTheEnginesOwnFacts()
    {
        IReadOnlyList<MachineFact> facts = EngineFacts.Gather();
        Assert.Equal(["Reservation", "Poller pinning", "Poller core", "Poller kind"], facts.Select(static f => f.Name));
        Assert.Contains("kept free", facts[2].Value, StringComparison.Ordinal);
        Assert.StartsWith(NativePollerLibrary.IsAvailable ? "native: " : "managed", facts[3].Value, StringComparison.Ordinal);
        Assert.True(NativePollerLibrary.IsAvailable || facts[3].Advice!.Contains(NativePollerLibrary.Reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Futex", FactLevel.Problem, ExitCodes.Machine)]
    [InlineData("Architecture", FactLevel.Problem, ExitCodes.Machine)]
    [InlineData("Reservation", FactLevel.Problem, ExitCodes.Machine)]
    [InlineData("Cores usable", FactLevel.Problem, ExitCodes.Ok)]
    [InlineData("Futex", FactLevel.Note, ExitCodes.Ok)]
    internal void OnlyAProblemWithSomethingNeededFails(string name, FactLevel level, int code)
    {
        Diagnosis diagnosis = new([new MachineFact("Kernel", "6", FactLevel.Ok, null), new MachineFact(name, "x", level, "do this")]);
        Assert.Equal(code, diagnosis.ExitCode);
        Assert.Equal(code != ExitCodes.Ok, diagnosis.Verdict.Contains(name, StringComparison.Ordinal));
    }
}
