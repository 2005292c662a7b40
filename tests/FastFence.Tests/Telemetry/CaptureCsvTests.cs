using FastFence.Telemetry;
using FastFence.Tests.Tool;
using FastFence.Tool.Captures;
using FastFence.Tool.Conversions;
using Xunit;

namespace FastFence.Tests.Telemetry;

public sealed class CaptureCsvTests
{
    [Fact]
    public void EverySignalOfTheCaptureComesBackTheSameInOrder()
    {
        Capture before = Capture.Load(TraceFolder.File("amdgpu-steamvr-2017.csv"));
        Capture after = Capture.Read(Csv(CaptureTrace.Of(before, out long skipped), out _), "again.csv");
        Assert.Equal(247, skipped); // vblank rows
        Assert.Equal(before.Events.Where(static e => e.Kind == CaptureEventKind.Signal), after.Events.Where(static e => e.Kind == CaptureEventKind.Signal));
        Assert.Equal(before.Events.Where(static e => e.Kind == CaptureEventKind.Submit), after.Events.Where(static e => e.Kind == CaptureEventKind.Submit));
        Assert.Equal(before.Events.Where(static e => e.Kind == CaptureEventKind.Run), after.Events.Where(static e => e.Kind == CaptureEventKind.Run));
    }

    [Fact]
    public void WhatTheFormCannotHoldIsCounted()
    {
        Csv(SampleTrace.Build(), out long skipped);
        Assert.Equal(12, skipped); // of 14: two signals, a queue and a run have rows
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("a\nb")]
    public void ANameThatWouldBreakTheRowsIsRefusedByName(string name)
    {
        TraceLog log = new();
        log.Intern(name);
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => Csv(log, out _));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    private static MemoryStream Csv(TraceLog log, out long skipped)
    {
        MemoryStream stream = new();
        skipped = TraceFile.Write(log, TraceFormat.Csv, stream);
        stream.Position = 0;
        return stream;
    }
}
