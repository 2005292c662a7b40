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
}

/// <summary>An access to weaken: all that stand under a tag, or of them one kind (Load, Store, Rmw, Fence, Barrier).</summary>
internal sealed record Weakening(string Tag, WeakenKind Kind, string? Operation = null)
{
    public bool Concerns(Site site, string operation) =>
        (Operation is null || Operation == operation) && Tags.Of(site) == Tag;
}
