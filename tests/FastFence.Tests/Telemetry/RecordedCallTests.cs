using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastFence.Platform;
using FastFence.Recording;
using FastFence.Telemetry;
using FastFence.Tests.Tool;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The callback that a thread is inside of, as the recorder's memory has it.</summary>
public sealed unsafe class RecordedCallTests
{
    private static readonly FenceEngineOptions s_recording = new() { StartPoller = false, Recording = RecordingMode.Coarse };

    [Fact]
    public void AProcessThatDiesInANativeCallbackLeavesItsName()
    {
        (int code, string output, string error) = ToolProcess.Run("demo", "crash");
        Assert.True(code == 0, output + error);
        Assert.Contains("libc", output, StringComparison.Ordinal);
        Assert.Contains("(faulty, draws)", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RecordingMode.Coarse)]
    [InlineData(RecordingMode.Off)] // the control: who does not record names nothing
    public void AThreadIsSeenInsideItsCallbackAndNotBehindIt(RecordingMode recording)
    {
        using FenceEngine engine = new(s_recording with { Recording = recording });
        Timeline timeline = engine.CreateExporter("driver-9").CreateTimeline("line-9");
        using FenceSource source = timeline.CreateFence();
        IReadOnlyList<RecordedCall> inside = [];
        source.Fence.AddCallback((_, _) => inside = Calls(), null, out _);
        source.Signal();
        if (recording == RecordingMode.Off)
        {
            Assert.Empty(inside);
            return;
        }

        RecordedCall call = Assert.Single(inside);
        Assert.Equal((0UL, timeline.Context, 1UL, "driver-9", "line-9"), (call.Function, call.Context, call.Seqno, call.Driver, call.Timeline));
        Assert.Contains("inside a delegate of fence", call.ToString(), StringComparison.Ordinal);
        Assert.Empty(Calls());
    }

    [Fact]
    public void ANativeFunctionIsFoundInItsFileAndACallbackThatThrowsIsLeftToo()
    {
        using FenceEngine engine = new(s_recording);
        Timeline timeline = engine.CreateTimeline("t");
        FenceSource source = timeline.CreateFence();
        delegate* unmanaged<ulong, nint, void> look = &Look;
        source.Fence.AddNativeCallback(look, 0, out _);
        source.Fence.AddCallback((_, _) => throw new InvalidOperationException("on purpose"), null, out _);
        source.Signal();
        source.Dispose();
        Assert.Equal((ulong)look, Assert.Single(s_seen).Function);
        Assert.Empty(Calls());
        nint library = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abort");
        RecordRing ring = new() { ThreadId = 1 };
        RecordCall.Begin(ref ring.Call, library, 1, 2, 0);
        RecordedCall made = Of(ring);
        Assert.True(made.Module.Contains("libc", StringComparison.Ordinal) && made.Offset is not 0 && made.Offset < (ulong)library, made.ToString());
    }

    [Fact]
    public void ARingOfAThreadThatEndedInsideACallbackBeginsAnewWithItsNextOwner()
    {
        RecordRing* ring = (RecordRing*)NativeMemory.AllocZeroed((nuint)RecordRing.BytesFor(16));
        ring->Mask = 15;
        RecordRing.NewOwner(ring, 11);
        RecordCall.Begin(ref ring->Call, 7, 1, 1, 0);
        Assert.True(RecordCall.TryRead(ref ring->Call, out _));
        RecordRing.NewOwner(ring, 12);
        Assert.False(RecordCall.TryRead(ref ring->Call, out _));
        RecordCall.Begin(ref ring->Call, 8, 2, 2, 0);
        Assert.True(RecordCall.TryRead(ref ring->Call, out RecordCall call));
        Assert.Equal(8UL, call.Function);
        NativeMemory.Free(ring);
    }

    [Fact]
    public void ModulesCoverTheirCodeAndAreWrittenDownWhenTheyComeLater()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "modules are listed on Linux only");
        using FenceEngine engine = new(s_recording);
        ulong before = LoadedModule.Loads();
        Assert.NotEqual(0UL, before);
        if (!NativeLibrary.TryLoad("libutil.so.1", out _) || LoadedModule.Loads() == before)
        {
            Assert.Skip("this C library has no part that is not loaded yet");
        }

        RecordArea* area = RecordMemory.Area;
        uint known = area->Modules;
        RecordMemory.Describe();
        Assert.True(area->Modules > known);
        RecordMemory.Describe(); // nothing new: nothing twice
        HashSet<(ulong, ulong)> places = [];
        for (uint i = 0; i < area->Modules; i++)
        {
            Assert.True(places.Add((RecordArea.ModuleAt(area, i)->Begin, RecordArea.ModuleAt(area, i)->End)));
        }
    }

    // A library went, and another one of the same size came in its place; then the first one again.
    [Fact]
    public void AnAddressBelongsToTheModuleThatLayThereLast()
    {
        RecordArea* area = (RecordArea*)NativeMemory.AllocZeroed(RecordArea.HeadBytes);
        LoadedModule first = new(0x1000, 0x2000, 0x1000, "/lib/first.so"), second = first with { Path = "/lib/second.so" };
        foreach (LoadedModule module in (LoadedModule[])[first, second, second, first])
        {
            RecordMemory.NoteModules(area, [module]);
            Assert.Equal(module.Path, RecordSource.TextOf(RecordArea.ModuleOf(area, 0x1800)->Path, RecordModule.PathBytes));
        }

        Assert.Equal(3U, area->Modules); // nothing new, nothing twice
        Assert.True(RecordArea.ModuleOf(area, 0x2000) == null);
        RecordMemory.NoteModules(area, Enumerable.Range(1, 100).Select(static i => new LoadedModule((ulong)i << 20, (ulong)(i + 1) << 20, 0, "many")));
        Assert.Equal((uint)RecordArea.MaxModules, area->Modules); // full: those that came first stay
        NativeMemory.Free(area);
    }

    private static IReadOnlyList<RecordedCall> s_seen = [];

    [UnmanagedCallersOnly]
    private static void Look(ulong fence, nint state) => s_seen = Calls();

    private static IReadOnlyList<RecordedCall> Calls() => [.. RecordedCall.In(RecordMemory.Area).Where(static c => c.ThreadId == CurrentThread.Id)];

    // What a copy of the process's area says of a ring.
    private static RecordedCall Of(RecordRing ring)
    {
        RecordArea* process = RecordMemory.Area;
        RecordArea* area = (RecordArea*)NativeMemory.AllocZeroed((nuint)RecordArea.BytesFor(1, 1, 16));
        Unsafe.CopyBlock(area, process, RecordArea.HeadBytes);
        (area->NameSlots, area->NamesUsed, area->RingSlots, area->RingsUsed, area->RingRecords) = (1, 0, 1, 1, 16);
        *RecordArea.RingAt(area, 0) = ring;
        RecordedCall call = Assert.Single(RecordedCall.In(area));
        NativeMemory.Free(area);
        return call;
    }
}
