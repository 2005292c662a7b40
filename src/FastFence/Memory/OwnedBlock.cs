namespace FastFence.Memory;

/// <summary>
/// A block that managed objects read for as long as they live, an engine disposed long ago included: it goes back when the last
/// of them is collected, if its engine's end has allowed that. Only the few blocks of an engine itself are kept this way.
/// </summary>
internal sealed unsafe class OwnedBlock
{
    private readonly void* _block;
    private readonly long _bytes;
    private bool _mayGo;

    /// <summary>Allocates; <see cref="Block"/> is null at the reservation's bound.</summary>
    public OwnedBlock(long bytes)
    {
        _bytes = bytes;
        _block = BlockHeap.TryAllocate(bytes);
    }

    /// <summary>Frees the block behind its last reader.</summary>
    ~OwnedBlock()
    {
        if (_mayGo && _block != null)
        {
            BlockHeap.Free(_block, _bytes);
        }
    }

    /// <summary>The memory, zeroed.</summary>
    public void* Block => _block;

    /// <summary>No thread of the engine uses the block any more.</summary>
    public void Allow() => _mayGo = true;
}
