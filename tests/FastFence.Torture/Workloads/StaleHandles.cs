namespace FastFence.Torture.Workloads;

/// <summary>Offers a handle to every call; what the workloads of stale handles share.</summary>
internal static class StaleHandles
{
    /// <summary>The first call that took the handle for a fence, or null when all refused it.</summary>
    internal static unsafe string? FirstThatAccepts(Fence fence)
    {
        ulong slot = fence.Value;
        if (!fence.IsSignaled || !fence.IsQuiesced || fence.Status != FenceStatus.Stale)
        {
            return $"Status ({fence.Status})";
        }

        if (fence.TryAcquire(out FenceRef reference) || Fence.TryAcquireFrom(ref slot, out reference))
        {
            reference.Dispose();
            return "TryAcquire";
        }

        if (fence.AddCallback(&Ignore, 0, out _) != AddCallbackResult.Stale)
        {
            return "AddCallback";
        }

        if (new FenceSource(fence.Value).Signal() != SignalResult.Stale)
        {
            return "Signal";
        }

        if (fence.Wait(TimeSpan.FromSeconds(30)) is { IsTimedOut: true } || fence.Context != 0 || fence.TimestampNanoseconds != 0)
        {
            return "Wait";
        }

        return DescribesAs(fence, "detached-driver signaled-timeline seq 0 signaled"u8) ? null : "Describe";
    }

    private static bool DescribesAs(Fence fence, ReadOnlySpan<byte> expected)
    {
        Span<byte> text = stackalloc byte[80];
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        return text[..section.View.Describe(fence, text)].SequenceEqual(expected);
    }

    private static void Ignore(Fence fence, nint state)
    {
    }
}
