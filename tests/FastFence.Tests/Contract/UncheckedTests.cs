#pragma warning disable FF0001, FF0004 // misuses, on purpose
using FastFence.Tests.Fences;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Contract;

/// <summary>
/// The control of checked mode's tests (tests/FastFence.Checked): without the switch the same misuses are not reported, and each does what it
/// always did. Skipped where somebody runs these tests in checked mode.
/// </summary>
public sealed class UncheckedTests : FenceTest
{
    public UncheckedTests() => Assert.SkipWhen(CheckedMode.IsOn, $"{CheckedMode.Variable} is set: this is the control without it");

    [Fact]
    public void NoMisuseIsReportedWhileCheckedModeIsOff()
    {
        int told = 0;
        void Count(object? sender, MisuseEventArgs e) => told++;
        CheckedMode.Misused += Count;
        Engine.Notified += (_, e) => told += e.Kind == NotificationKind.Misuse ? 1 : 0;
        CheckedMode.Throws = true;
        try
        {
            (Fence fence, FenceSource source) = Pending();
            Assert.True(default(AccessView).DriverName(fence).Length > 0);
            using (SignallingSection section = Timeline.BeginSignalling())
            {
                Assert.True(fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
            }

            LockClass taken = new("lock");
            using (LockScope held = taken.Enter())
            {
                Assert.True(fence.Wait(TimeSpan.FromTicks(1)).IsTimedOut);
            }

            using (SignallingSection section = Timeline.BeginSignalling())
            using (LockScope held = taken.Enter())
            {
                source.Signal();
            }

            Assert.False(source.TrySetError(FenceError.DeviceLost));
            new Thread(static () => { AccessToken token = default; AccessSection.Begin(ref token); }).Start();
            source.Dispose();
            Until.Drained(Engine); // the dead reader has been found: it would hold this up
        }
        finally
        {
            CheckedMode.Throws = false;
            CheckedMode.Misused -= Count;
        }

        Assert.Equal(0, told);
        Assert.Equal(0, CheckedMode.MisuseCount);
        Assert.False(CheckedMode.IsOn);
    }

    [Fact]
    public void AReferenceDisposedTwiceTakesSomebodysWhileCheckedModeIsOff()
    {
        (Fence fence, FenceSource source) = Pending();
        Assert.True(fence.TryAcquire(out FenceRef reference));
        FenceRef copy = reference;
        reference.Dispose();
        copy.Dispose();
        Assert.Equal(FenceStatus.Stale, fence.Status);
        Assert.Equal(SignalResult.Stale, source.Signal());
        Assert.Equal(0, CheckedMode.MisuseCount);
    }

    [Fact]
    public void AWaitInsideASectionIsRefusedWithoutCheckedModeToo()
    {
        (Fence fence, FenceSource source) = Pending();
        AccessToken token = default;
        InvalidOperationException? refused = null;
        using (AccessSection section = AccessSection.Begin(ref token))
        {
            try
            {
                fence.Wait(TimeSpan.FromTicks(1));
            }
            catch (InvalidOperationException e)
            {
                refused = e;
            }
        }

        Assert.IsType<InvalidOperationException>(refused);
        source.Dispose();
    }
}
