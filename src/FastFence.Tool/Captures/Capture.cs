using System.Collections.Immutable;

namespace FastFence.Tool.Captures;

/// <summary>A capture, read and checked as a whole: nothing of a bad file is ever played.</summary>
/// <remarks>Times are as in the file; a player subtracts the first of them, since a capture may use any epoch.</remarks>
internal sealed class Capture
{
    private Capture(string path, CaptureForm form, ImmutableArray<CaptureJob> jobs, ImmutableArray<CaptureEvent> events)
    {
        Path = path;
        Form = form;
        Jobs = jobs;
        Events = events;
    }

    /// <summary>The file, as the user named it.</summary>
    internal string Path { get; }

    internal CaptureForm Form { get; }

    /// <summary>Rows of the jobs form, in order of submission; empty for the events form.</summary>
    internal ImmutableArray<CaptureJob> Jobs { get; }

    /// <summary>Rows of the events form, in order of time; empty for the jobs form.</summary>
    internal ImmutableArray<CaptureEvent> Events { get; }

    /// <summary>Reads the file at <paramref name="path"/>.</summary>
    /// <exception cref="CaptureException">The file cannot be read.</exception>
    /// <exception cref="CaptureFormatException">A row is not what the form says.</exception>
    internal static Capture Load(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new CaptureException(path, $"{path}: is a directory, expected a capture file", null);
            }

            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Read(stream, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CaptureException(path, $"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CaptureException(path, $"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads from a stream; <paramref name="path"/> is for messages.</summary>
    internal static Capture Read(Stream stream, string path)
    {
        CaptureLines lines = new(stream, path);
        if (!lines.TryRead(out ReadOnlySpan<byte> line))
        {
            throw new CaptureFormatException(path, 1, "an empty file", "a header line and rows");
        }

        return CaptureColumns.Detect(path, line) == CaptureForm.Jobs ? ReadJobs(lines, path) : ReadEvents(lines, path);
    }

    private static Capture ReadJobs(CaptureLines lines, string path)
    {
        CaptureRow row = new(path, CaptureColumns.Jobs);
        JobRows rows = new(row);
        ReadRows(lines, path, row, rows.Add);
        return new Capture(path, CaptureForm.Jobs, rows.Done(), []);
    }

    private static Capture ReadEvents(CaptureLines lines, string path)
    {
        CaptureRow row = new(path, CaptureColumns.Events);
        EventRows rows = new(row);
        ReadRows(lines, path, row, rows.Add);
        return new Capture(path, CaptureForm.Events, [], rows.Done());
    }

    private static void ReadRows(CaptureLines lines, string path, CaptureRow row, Action add)
    {
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            row.Set(line, lines.Line);
            add();
        }

        if (lines.Line == 1)
        {
            throw new CaptureFormatException(path, 2, "the end of the file", "at least one row after the header line");
        }
    }
}
