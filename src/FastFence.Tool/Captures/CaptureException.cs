using System.Diagnostics.CodeAnalysis;

namespace FastFence.Tool.Captures;

/// <summary>A capture cannot be used; the message is meant for the user as it is.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Thrown and caught inside the tool.")]
internal class CaptureException : Exception
{
    public CaptureException()
    {
    }

    public CaptureException(string message)
        : base(message)
    {
    }

    public CaptureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal CaptureException(string path, string message, Exception? innerException)
        : base(message, innerException) => Path = path;

    /// <summary>The capture, as the user wrote its path.</summary>
    internal string Path { get; } = "";
}
