using System.Text.Json;
using FastFence.Polling;
using FastFence.Tool.Cli;
using FastFence.Tool.Demos;
using Xunit;

namespace FastFence.Tests.Tool;

/// <summary><c>demo takeover</c>: nothing lost, nothing signaled twice. How late the fences are is shown, not asserted.</summary>
public sealed class TakeoverDemoTests
{
    [Fact]
    public void AStoppedPollerIsReplacedWhileTheDeviceGoesOnAndNoFenceIsLostOrSignaledTwice()
    {
        if (!NativePollerLibrary.IsAvailable)
        {
            Assert.Skip(NativePollerLibrary.Reason);
        }

        (_, string output, string error) = ToolProcess.Run("demo", "takeover", "--takeovers", "1", "--limit-ms", "1000", "--json", "-");
        Assert.True(output.Length != 0, error);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement takeover = json.RootElement.GetProperty("takeovers").EnumerateArray().Single();
        Assert.InRange(takeover.GetProperty("signaled_after_stop").GetInt64(), 1, long.MaxValue);
        Assert.Equal(0, takeover.GetProperty("lost").GetInt64());
        Assert.Equal(0, takeover.GetProperty("signaled_twice").GetInt64());
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    public void WhatMustNotBeIsAViolation(long lost, long twice, long late)
    {
        TakeoverReport report = new(new TakeoverDemoOptions(), [new TakeoverFigures(10, 5, 0, 0, 0, 1), new TakeoverFigures(10, 5, lost, twice, late, 1)]);
        Assert.Equal(1, report.Violations);
        using StringWriter text = new();
        report.Write(text);
        Assert.Contains("FAILED: 1", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheNativeLibraryTheReasonIsSaid()
    {
        if (NativePollerLibrary.IsAvailable)
        {
            Assert.Skip("The library is here.");
        }

        (int code, _, string error) = ToolProcess.Run("demo", "takeover");
        Assert.Equal(ExitCodes.Machine, code);
        Assert.Contains(NativePollerLibrary.Reason, error, StringComparison.Ordinal);
    }
}
