namespace FastFence.Bench.Fixtures;

/// <summary>Several fixtures as one.</summary>
internal sealed class Owned(params IDisposable[] parts) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in parts)
        {
            part.Dispose();
        }
    }
}
