using System.Globalization;

namespace FastFence.Platform;

/// <summary>What the kernel has counted for one thread since it began; −1 where it does not say.</summary>
/// <param name="Migrations">How often it went to another core. Only kernels with <c>CONFIG_SCHED_DEBUG</c> say it.</param>
/// <param name="Voluntary">How often it left its core by itself: it slept.</param>
/// <param name="Involuntary">How often it was made to leave: something else ran on its core.</param>
/// <param name="MinorFaults">Pages that had to be mapped.</param>
/// <param name="MajorFaults">Pages that had to be read in.</param>
/// <param name="Core">Where it ran last.</param>
internal readonly record struct ThreadFigures(
    long Migrations, long Voluntary, long Involuntary, long MinorFaults, long MajorFaults, int Core)
{
    private const int MinorFaultField = 10;
    private const int MajorFaultField = 12;
    private const int CoreField = 39;
    private const int FieldsBeforeState = 2;

    /// <summary>Nothing is known.</summary>
    public static ThreadFigures Unknown { get; } = new(-1, -1, -1, -1, -1, -1);

    /// <summary>A thread of this process; <see cref="Unknown"/> when it has gone, or off Linux. Allocates: not for an engine's threads.</summary>
    public static ThreadFigures Read(int tid)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{tid}/");
        return SystemFile.TryRead(folder + "stat", out string stat)
            && SystemFile.TryRead(folder + "status", out string status)
            ? Parse(stat, status, SystemFile.TryRead(folder + "sched", out string sched) ? sched : string.Empty)
            : Unknown;
    }

    /// <summary>From the texts of the three files.</summary>
    internal static ThreadFigures Parse(string stat, string status, string sched)
    {
        // The name may hold blanks and ")" itself: its end is the last one. The state behind it is field 3.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long Field(int number) => fields.Length >= number - FieldsBeforeState ? Number(fields[number - FieldsBeforeState - 1]) : -1;
        return new ThreadFigures(
            Behind(sched, "se.nr_migrations"),
            Behind(status, "voluntary_ctxt_switches"),
            Behind(status, "nonvoluntary_ctxt_switches"),
            Field(MinorFaultField),
            Field(MajorFaultField),
            (int)Field(CoreField));
    }

    // "key : value" at the start of a line.
    private static long Behind(string text, string key)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line[..colon].Trim().SequenceEqual(key))
            {
                return Number(line[(colon + 1)..].Trim());
            }
        }

        return -1;
    }

    private static long Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : -1;
}
