namespace FastFence.NativeSim.Mappings;

/// <summary>A mapping was refused, and why.</summary>
public sealed class MapException : IOException
{
    /// <summary>Without a reason.</summary>
    public MapException()
    {
    }

    /// <summary>With a reason.</summary>
    /// <param name="message">What was found, and what was expected.</param>
    public MapException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and a cause.</summary>
    /// <param name="message">What was found, and what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public MapException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
