using FastFence.Tool.Attaching;
using FastFence.Tool.Cli;
using Xunit;

namespace FastFence.Tests.Attaching;

/// <summary>Which process a verb looks into, and a message of its own for each reason why it cannot.</summary>
public sealed class TargetProcessTests
{
    [Fact]
    public void TheOnlyProcessWithFastFenceIsTakenWithoutBeingNamed()
    {
        using FakeMachine machine = new FakeMachine().With(10, engine: false).With(20).With(30, "bash", portStart: null, engine: false);
        Assert.Equal(20, TargetProcess.Find(null, machine.Table));
        Assert.Equal(20, TargetProcess.Find(20, machine.Table));
    }

    [Fact]
    public void ANameWithParenthesesAndSpacesIsReadAsAName()
    {
        using FakeMachine machine = new FakeMachine().With(20, "a (b) S 1");
        Assert.Equal("a (b) S 1", machine.Table.Look(20)!.Name);
        Assert.Equal(20, TargetProcess.Find(null, machine.Table));
    }

    [Fact]
    public void AProcessThatIsNotThereIsSaidToBeNotThere()
    {
        using FakeMachine machine = new FakeMachine().With(20).With(21, state: 'Z');
        Assert.Contains("there is no process 4711", Refusal(4711, machine), StringComparison.Ordinal);
        Assert.Contains("there is no process 21", Refusal(21, machine), StringComparison.Ordinal);
    }

    [Fact]
    public void AProcessThatIsNotDotnetIsSaidToBeNone()
    {
        using FakeMachine machine = new FakeMachine().With(20, "bash", portStart: null, engine: false);
        Assert.Contains("process 20 (bash) is not a .NET process", Refusal(20, machine), StringComparison.Ordinal);
    }

    [Fact]
    public void ASocketThatADeadProcessLeftBehindMakesItsSuccessorNoDotnetProcess()
    {
        using FakeMachine machine = new FakeMachine().With(20, "bash", portStart: 776, engine: false);
        Assert.Contains("is not a .NET process", Refusal(20, machine), StringComparison.Ordinal);
        Assert.Empty(machine.Table.DotnetProcesses());
        using FakeMachine control = new FakeMachine().With(20, "bash", portStart: 777, engine: false);
        Assert.Single(control.Table.DotnetProcesses());
    }

    [Fact]
    public void AProcessOfAnotherUserIsRefusedUnlessWeAreRoot()
    {
        using FakeMachine machine = new FakeMachine().With(20, user: 1001);
        Assert.Contains("belongs to user 1001", Refusal(20, machine), StringComparison.Ordinal);
        Assert.Contains("only processes of other users have FastFence: 20 (dotnet)", Refusal(null, machine), StringComparison.Ordinal);
        using FakeMachine root = new FakeMachine(user: 0).With(20, user: 1001);
        Assert.Equal(20, TargetProcess.Find(20, root.Table));
        Assert.Equal(20, TargetProcess.Find(null, root.Table));
    }

    [Fact]
    public void ADotnetProcessWithoutAnEngineIsSaidToHaveNone()
    {
        using FakeMachine machine = new FakeMachine().With(20, engine: false);
        Assert.Contains("process 20 (dotnet) is a .NET process without FastFence", Refusal(20, machine), StringComparison.Ordinal);
    }

    [Fact]
    public void AProcessWithFastFenceAndNoPortIsToldWhatMayBeTheCause()
    {
        using FakeMachine machine = new FakeMachine().With(20, portStart: null);
        Assert.Contains("DOTNET_EnableDiagnostics=0", Refusal(20, machine), StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralProcessesWithFastFenceAreListedAndNoneAtAllIsExplained()
    {
        using FakeMachine several = new FakeMachine().With(20).With(30, "host");
        Assert.Contains("several processes have FastFence: 20 (dotnet), 30 (host); choose one with --pid", Refusal(null, several), StringComparison.Ordinal);
        using FakeMachine none = new FakeMachine().With(20, engine: false);
        Assert.Contains("no process with FastFence was found: looked at 1 .NET processes", Refusal(null, none), StringComparison.Ordinal);
    }

    [Fact]
    public void TheCommandItselfIsNoTarget()
    {
        using FakeMachine machine = new FakeMachine().With(Environment.ProcessId);
        Assert.Contains("is this command itself", Refusal(Environment.ProcessId, machine), StringComparison.Ordinal);
        Assert.Contains("no process with FastFence was found", Refusal(null, machine), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutProcessFilesOnlyANamedProcessIsTried()
    {
        ProcessTable table = new("/nowhere/proc", Path.GetTempPath());
        Assert.Equal(20, TargetProcess.Find(20, table));
        Assert.Contains("say which one with --pid", Assert.Throws<UsageException>(() => TargetProcess.Find(null, table)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThisProcessShowsItsEnginesAndItsPort()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /proc here");
        using FenceEngine engine = new();
        ProcessLook look = ProcessTable.OfMachine.Look(Environment.ProcessId)!;
        Assert.True(look.HasPort, $"no socket of this process in {ProcessTable.OfMachine.Ports}");
        Assert.True(look.HasEngine, "no thread of the engine was found by its name");
        Assert.Contains(ProcessTable.OfMachine.DotnetProcesses(), p => p.Id == Environment.ProcessId);
    }

    [Fact]
    public void ARealProcessThatIsNoDotnetOneIsRefusedByItsName()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /proc here");
        Assert.SkipUnless(ProcessTable.OfMachine.Look(1) is { HasPort: false }, "process 1 is a .NET process here, or is not shown");
        string message = Assert.Throws<UsageException>(() => TargetProcess.Find(1, ProcessTable.OfMachine)).Message;
        Assert.True(message.Contains("not a .NET process", StringComparison.Ordinal) || message.Contains("belongs to user", StringComparison.Ordinal), message);
    }

    private static string Refusal(int? pid, FakeMachine machine) =>
        Assert.Throws<UsageException>(() => TargetProcess.Find(pid, machine.Table)).Message;
}
