using FastFence.Model.Explorer;

namespace FastFence.Model.Twins;

/// <summary>What is taken from an access.</summary>
internal enum WeakenKind
{
    None,

    /// <summary>Its ordering: plain load or store, read-modify-write without fences, no fence, no barrier.</summary>
    Relaxed,

    /// <summary>Its being one step: a read-modify-write becomes a load and a store, each fully ordered.</summary>
    Torn,

    /// <summary>A load answers what this thread last read there: a second look that is not taken.</summary>
    Repeat,

    /// <summary>The step itself: a load answers what stood there when the execution began, a store or exchange is not made (and says it was).</summary>
    Removed,

    /// <summary>The value: a load or an exchange answers, a store writes something else, as <see cref="Weakening.Forge"/> says.</summary>
    Forged,
}

/// <summary>An access to weaken: all that stand under a tag, or of them one kind (Load, Store, Rmw, Fence, Barrier).</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Kind">How.</param>
/// <param name="Operation">That kind.</param>
/// <param name="Forge">The wrong value, from the right one.</param>
/// <param name="Also">A tag whose accesses lose their ordering at the same time.</param>
internal sealed record Weakening(
    string Tag, WeakenKind Kind, string? Operation = null, Func<ulong, ulong>? Forge = null, string? Also = null)
{
    public bool Concerns(Site site, string operation) =>
        (Operation is null || Operation == operation) && Tags.Of(site) == Tag;
}
