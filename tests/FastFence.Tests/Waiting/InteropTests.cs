using System.Runtime.InteropServices;
using FastFence.Tests.Fences;
using Xunit;

namespace FastFence.Tests.Waiting;

/// <summary>Bridges to code that knows descriptors and wait handles.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class InteropTests : FenceTest
{
    private const short Readable = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADescriptorIsReadableOnceTheFenceHasSignaledBeforeOrAfterItWasMade(bool before)
    {
        SkipUnlessLinux();
        (Fence fence, FenceSource source) = Pending();
        if (before)
        {
            source.Signal();
        }

        using FenceEventFd descriptor = new(fence);
        Assert.Equal(before, IsReadable(descriptor.Descriptor, 0));
        if (!before)
        {
            Race.Run(
                () => Assert.True(IsReadable(descriptor.Descriptor, 60_000)),
                () => source.Signal());
        }

        Assert.True(IsReadable(descriptor.Descriptor, 0)); // stays
        source.Dispose();
    }

    [Theory]
    [InlineData(FenceGroup.Any, 1)]
    [InlineData(FenceGroup.All, 3)]
    public void AGroupIsReadableWithItsFirstOrWithItsLast(FenceGroup group, int needed)
    {
        SkipUnlessLinux();
        FenceSource[] sources = [Timeline.CreateFence(), Timeline.CreateFence(), Timeline.CreateFence()];
        Fence[] fences = [.. sources.Select(source => source.Fence)];
        using FenceEventFd descriptor = new(fences, group);
        using FenceWaitHandle handle = new(fences, group);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i >= needed, IsReadable(descriptor.Descriptor, 0));
            Assert.Equal(i >= needed, handle.WaitOne(0));
            sources[i].Signal();
        }

        Assert.True(IsReadable(descriptor.Descriptor, 0));
        Assert.True(handle.WaitOne(0));
        Array.ForEach(sources, source => source.Dispose());
    }

    [Fact]
    public void AWaitHandleServesOldCodeBeforeAndAfterTheSignal()
    {
        (Fence fence, FenceSource source) = Pending();
        using FenceWaitHandle handle = new(fence);
        using ManualResetEvent never = new(false);
        Assert.False(handle.WaitOne(1));
        Race.Run(
            () => Assert.Equal(1, WaitHandle.WaitAny([never, handle], 60_000)),
            () => source.Signal());
        using FenceWaitHandle late = new(fence);
        Assert.True(late.WaitOne(0));
        source.Dispose();
        using FenceWaitHandle stale = new(fence);
        Assert.True(stale.WaitOne(0));
    }

    [Fact]
    public void BridgesThatAreDisposedBeforeTheSignalLeaveNothingBehind()
    {
        (Fence fence, FenceSource source) = Pending();
        int files = OpenFiles();
        for (int i = 0; i < 300; i++)
        {
            using FenceWaitHandle handle = new([fence, fence], FenceGroup.All);
            if (OperatingSystem.IsLinux())
            {
                using FenceEventFd descriptor = new([fence, fence], FenceGroup.Any);
            }
        }

        Assert.InRange(OpenFiles() - files, -50, 50); // others open files, too: not one for each of 300
        Assert.InRange(Statistics.CallbackNodesLive, 0, 64); // removed ones wait for the next sweep
        source.Signal();
        source.Dispose();
        AssertNothingIsHeld();
    }

    [Fact]
    public void ASignalThatRacesTheDisposalNeverWritesToAForeignDescriptor()
    {
        SkipUnlessLinux();
        (Fence fence, FenceSource source) = Pending();
        FenceEventFd descriptor = new(fence);
        FenceWaitHandle handle = new(fence);
        Race.Rounds(
            1_000,
            round =>
            {
                Thread.SpinWait(round % 40 * 10);
                descriptor.Dispose();
                handle.Dispose();
            },
            _ => source.Signal(),
            _ =>
            {
                source.Dispose();
                (fence, source) = Pending();
                descriptor = new FenceEventFd(fence);
                Assert.False(IsReadable(descriptor.Descriptor, 0), "the former one's signal reached the new descriptor");
                handle = new FenceWaitHandle(fence);
            });
        descriptor.Dispose();
        handle.Dispose();
        source.Dispose();
        Assert.Equal(0, Statistics.CallbacksThrown);
        AssertNothingIsHeld();
    }

    [Fact]
    public void NullHandlesAndEmptyGroupsAreRefused()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.Throws<ArgumentException>(() => new FenceWaitHandle(default(Fence)));
        Assert.Throws<ArgumentException>(() => new FenceWaitHandle([fence, default], FenceGroup.Any));
        Assert.Throws<ArgumentException>(() => new FenceWaitHandle([], FenceGroup.All));
        source.Dispose();
        AssertNothingIsHeld();
    }

    private static int OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

    private static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "eventfd and poll are Linux's");

    private static bool IsReadable(int descriptor, int milliseconds)
    {
        PollFile file = new() { Descriptor = descriptor, Events = Readable };
        return Poll(ref file, 1, milliseconds) == 1 && (file.Returned & Readable) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollFile file, nint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFile
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
