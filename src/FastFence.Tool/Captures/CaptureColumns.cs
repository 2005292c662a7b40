using System.Collections.Immutable;

namespace FastFence.Tool.Captures;

/// <summary>The header lines of the two forms, as documented in the README beside the traces.</summary>
internal static class CaptureColumns
{
    internal static ImmutableArray<string> Events { get; } =
    [
        "ts_ns", "cpu", "pid", "comm", "event", "driver", "timeline", "context", "seqno", "sched_job", "num_ibs", "crtc",
        "vblank_seq",
    ];

    internal static ImmutableArray<string> Jobs { get; } =
    [
        "submit_ns", "timeline", "finished_context", "seqno", "submit_comm", "submit_pid", "num_ibs", "run_ns",
        "scheduled_signal_ns", "hw_signal_ns", "hw_seqno", "finished_signal_ns", "signal_cpu",
    ];

    /// <summary>Tells the form from the header line, or says what is wrong with that line.</summary>
    internal static CaptureForm Detect(string path, ReadOnlySpan<byte> header)
    {
        string[] names = FieldText.Decode(header).Split(',');
        if (names[0] == Events[0] || names[0] == Jobs[0])
        {
            CaptureForm form = names[0] == Jobs[0] ? CaptureForm.Jobs : CaptureForm.Events;
            Check(path, names, form == CaptureForm.Jobs ? Jobs : Events);
            return form;
        }

        throw new CaptureFormatException(path, 1, FieldText.Show(header),
            $"a header line, either '{string.Join(',', Events)}' or '{string.Join(',', Jobs)}'");
    }

    private static void Check(string path, string[] names, ImmutableArray<string> columns)
    {
        for (int i = 0; i < Math.Max(names.Length, columns.Length); i++)
        {
            string? found = i < names.Length ? names[i] : null;
            string? expected = i < columns.Length ? columns[i] : null;
            if (found != expected)
            {
                throw new CaptureFormatException(path, 1, i + 1, expected ?? found!,
                    found is null ? "the end of the header line" : FieldText.Show(found),
                    expected is null ? "the end of the header line" : $"the column name '{expected}'");
            }
        }
    }
}
