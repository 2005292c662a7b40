using FastFence.Tool.Cli;
using FastFence.Tool.Demos;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary>Exporters that come and go under load (C17, faults 1 and 2), shortened.</summary>
public sealed class UnloadDemoTests
{
    private const int Rounds = 60;

    [Fact]
    public void ExportersUnloadUnderLoadAndEveryNameIsTheRightOne()
    {
        UnloadDemoReport report = Run(Rounds, UnloadDemoBreak.None);
        Assert.True(report.IsClean, report.ToJson());
        Assert.Equal((Rounds, Rounds, 2L * Rounds), (report.RoundsDone, report.SleepersWoken, report.CallbacksRemoved));
        Assert.Equal((Rounds * 32L, Rounds * 4L, 0L), (report.FencesSignaled, report.Held, report.LiveAtEnd));
        Assert.Equal(Rounds, report.UnloadNs.Count);
        Assert.True(report.NamesReadPending > 0 && report.Describes > 0, report.ToJson());
    }

    [Theory]
    [InlineData("EarlyFree", "late-read", 500)]
    [InlineData("SwappedNames", "wrong-name", 500)]
    [InlineData("KeepCallbacks", "called-after-unload", 3)]
    [InlineData("StuckReader", "held-up", 1)]
    public void EachProtectionOfTheDemoTakenOutIsFoundAndNamed(string broken, string kind, int rounds)
    {
        UnloadDemoReport report = Run(rounds, Enum.Parse<UnloadDemoBreak>(broken));
        Assert.False(report.IsClean);
        Assert.Contains(kind, report.ViolationKinds.Keys);
    }

    private static UnloadDemoReport Run(int rounds, UnloadDemoBreak broken)
    {
        using UnloadDemo demo = new(new UnloadDemoOptions { Rounds = rounds, Break = broken, Limit = broken == UnloadDemoBreak.StuckReader ? 0.2 : 60 });

        // What is broken is found in a few rounds, or in many where observers have to meet it: enough is enough.
        using CancellationTokenSource enough = new();
        demo.OnViolation = enough.Cancel;
        return demo.Execute(enough.Token);
    }
}
