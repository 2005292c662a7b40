using FastFence.Polling;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Polling;

/// <summary>Without the native library: the run with FASTFENCE_NATIVE=off, or a machine without a linker.</summary>
public sealed class PollerFallBackTests
{
    public PollerFallBackTests() =>
        Assert.SkipWhen(NativePollerLibrary.IsAvailable, "the native library is here; .ci/run tests this with FASTFENCE_NATIVE=off");

    [Fact]
    public void WhoeverAsksForTheNativePollerGetsTheManagedOneAndOneWarningWithTheReason()
    {
        string told = "";
        int warnings = 0;
        using FenceEngine engine = new(new FenceEngineOptions { PollerKind = PollerKind.Native });
        engine.Notified += (_, e) =>
        {
            if (e.Kind == NotificationKind.PollerFellBack)
            {
                told = e.Message;
                Interlocked.Increment(ref warnings);
            }
        };
        Until.Holds(() => Volatile.Read(ref warnings) != 0, "the warning");
        Assert.Contains(NativePollerLibrary.Reason, told, StringComparison.Ordinal);
        Assert.Equal((PollerKind.Managed, NativePollerLibrary.Reason), (engine.Poller.Kind, engine.Poller.KindReason));
        ulong ticks = engine.HousekeeperTicks;
        Until.Holds(() => engine.HousekeeperTicks > ticks + 3, "some ticks");
        Assert.Equal(1, Volatile.Read(ref warnings));
    }
}
