using System.Diagnostics.CodeAnalysis;

namespace FastFence.Tool.Captures;

/// <summary>A row that is not what the form says: names file, line, column, what was found and what was expected.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Thrown and caught inside the tool.")]
internal sealed class CaptureFormatException : CaptureException
{
    public CaptureFormatException()
    {
    }

    public CaptureFormatException(string message)
        : base(message)
    {
    }

    public CaptureFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A fault in one column.</summary>
    internal CaptureFormatException(string path, long line, int column, string columnName, string found, string expected)
        : base(path, $"{path}:{line}: column {column} '{columnName}': found {found}, expected {expected}", null)
    {
        Line = line;
        Column = column;
        ColumnName = columnName;
        Found = found;
        Expected = expected;
    }

    /// <summary>A fault of the whole line.</summary>
    internal CaptureFormatException(string path, long line, string found, string expected)
        : base(path, $"{path}:{line}: found {found}, expected {expected}", null)
    {
        Line = line;
        Found = found;
        Expected = expected;
    }

    /// <summary>Line, from 1.</summary>
    internal long Line { get; }

    /// <summary>Column, from 1; 0 when the whole line is at fault.</summary>
    internal int Column { get; }

    /// <summary>Name of the column; empty when the whole line is at fault.</summary>
    internal string ColumnName { get; } = "";

    /// <summary>What the file has there.</summary>
    internal string Found { get; } = "";

    /// <summary>What the form asks for there.</summary>
    internal string Expected { get; } = "";
}
