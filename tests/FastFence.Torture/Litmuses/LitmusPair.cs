namespace FastFence.Torture.Litmuses;

/// <summary>
/// Two sides of a store-load order. Each stores its word and then looks at the other's; that both miss is what the order
/// forbids. The light side pays no fence, the heavy one pays for both.
/// </summary>
internal abstract class LitmusPair : IDisposable
{
    /// <summary>Once on the heavy side's thread, before the first round.</summary>
    internal virtual void BeginHeavy()
    {
    }

    /// <summary>Once on the heavy side's thread, after the last round.</summary>
    internal virtual void EndHeavy()
    {
    }

    /// <summary>Makes a round ready. The heavy side, before the two meet.</summary>
    internal abstract void Prepare();

    /// <summary>
    /// The light side reads the word it will look at, so that the line is near: its load is then done long before its store,
    /// which has to fetch the other's line, has left the store buffer.
    /// </summary>
    internal abstract void WarmLight();

    /// <summary>The same for the heavy side.</summary>
    internal abstract void WarmHeavy();

    /// <summary>Store, then look.</summary>
    internal abstract void Light();

    /// <summary>Store, then look.</summary>
    internal abstract void Heavy();

    /// <summary>The light side, after both have looked.</summary>
    internal virtual void LeaveLight()
    {
    }

    /// <summary>Did both miss? The heavy side, after both have looked.</summary>
    internal abstract bool HaveMissed();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what it holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
