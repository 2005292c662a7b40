using System.Diagnostics.CodeAnalysis;

namespace FastFence.Tool.Cli;

/// <summary>The user asked for something that cannot be; the message is meant for them as it is.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Thrown and caught inside the tool.")]
internal sealed class UsageException : Exception
{
    public UsageException()
    {
    }

    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
