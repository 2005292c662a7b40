namespace FastFence.Tool.Runs;

/// <summary>Reads a fence's names in one access section and compares them with what the contract says (C5–C8).</summary>
internal sealed unsafe class NameCheck(ContextTable contexts, ViolationTally tally)
{
    /// <summary>Reads both names; true when the fence was pending throughout, so that they were the exporter's own.</summary>
    /// <param name="fence">Any fence of the run.</param>
    /// <param name="swapped">Sabotage: expect the timeline's name of the driver, as in fault 2.</param>
    internal bool Read(Fence fence, bool swapped = false)
    {
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        bool before = section.View.IsPending(fence);
        ContextEntry* entry = contexts.Find(fence.Context);
        ReadOnlySpan<byte> driver = section.View.DriverName(fence);
        ReadOnlySpan<byte> timeline = section.View.TimelineName(fence);
        bool driverIsReal = entry != null && Judge(driver, swapped ? entry->Timeline : entry->Driver, "detached-driver"u8);
        bool timelineIsReal = entry != null && Judge(timeline, entry->Timeline, "signaled-timeline"u8);
        bool after = section.View.IsPending(fence);

        // Real names before the signal, the others after it, and never back.
        bool inOrder = (before || !driverIsReal) && (driverIsReal || !timelineIsReal) && (timelineIsReal || !after);
        if (!inOrder || (entry == null && after))
        {
            tally.Add(ViolationKind.WrongName);
        }

        return after;
    }

    /// <summary>Describes it; the text must end with its state.</summary>
    internal void Describe(Fence fence)
    {
        Span<byte> text = stackalloc byte[160];
        AccessToken token = default;
        using AccessSection section = AccessSection.Begin(ref token);
        int length = section.View.Describe(fence, text);
        if (!((ReadOnlySpan<byte>)text[..length]).EndsWith("signaled"u8))
        {
            tally.Add(ViolationKind.WrongName);
        }
    }

    /// <summary>Judges a name read at an address; for sabotage, which reads where it must not.</summary>
    internal void Judge(nint name, nint expected) => Judge(DriverMemory.Text(name), DriverMemory.Text(expected), default);

    // True: the real name; false: the one of a signaled fence. Anything else is counted.
    private bool Judge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> real, ReadOnlySpan<byte> signaled)
    {
        if (name.SequenceEqual(signaled))
        {
            return false;
        }

        if (name.IndexOf(DriverMemory.Poison) >= 0)
        {
            tally.Add(ViolationKind.LateRead);
        }
        else if (!name.SequenceEqual(real))
        {
            tally.Add(ViolationKind.WrongName);
        }

        return true;
    }
}
