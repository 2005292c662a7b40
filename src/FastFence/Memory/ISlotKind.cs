namespace FastFence.Memory;

/// <summary>
/// What differs between fence slots and callback nodes when a slot begins or ends a life. Static and generic, so that each
/// pool's code is compiled with it (no indirect call, and the same source serves the NativeAOT library).
/// </summary>
internal unsafe interface ISlotKind
{
    /// <summary>Bytes of a slot.</summary>
    static abstract int SlotBytes { get; }

    /// <summary>Address of slot 0.</summary>
    static abstract byte* Base { get; }

    /// <summary>First touch of a slot in this life of its slab.</summary>
    static abstract void Carve(byte* slot, uint generationBase);

    /// <summary>The grace period of a whole bag is over: account and poison its slots.</summary>
    static abstract void Reclaim(PoolSet* pools, Bag* bag);

    /// <summary>Highest generation seen in a slot, for the slab's next life.</summary>
    static abstract uint GenerationOf(byte* slot);
}
