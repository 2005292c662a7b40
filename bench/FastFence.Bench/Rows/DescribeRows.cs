using System.Globalization;
using System.Text.Unicode;
using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Rows;

/// <summary>Writing what a fence is.</summary>
internal static class DescribeRows
{
    private static readonly string s_driver = new('d', 12);
    private static readonly string s_timeline = new('t', 14);

    public static IEnumerable<GateRow> All =>
    [
        new()
        {
            Operation = "describe to a span",
            Must = Must.Nanoseconds(45),
            Ours = Describe,
            Peers = [Utf8Interpolated],
        },
    ];

    private static LoopContender Describe()
    {
        PendingFence pending = new();
        Fence fence = pending.Fence;
        return new LoopContender("FastFence", times =>
        {
            Span<byte> text = stackalloc byte[256];
            int bytes = 0;
            for (int i = 0; i < times; i++)
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                bytes += section.View.Describe(fence, text);
            }

            Sink.Sum += bytes;
        }, pending, 1024);
    }

    private static LoopContender Utf8Interpolated() => new LoopContender("Utf8.TryWrite, no section", times =>
    {
        Span<byte> text = stackalloc byte[256];
        int bytes = 0;
        for (int i = 0; i < times; i++)
        {
            Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{s_driver} {s_timeline} seq {1UL} unsignaled", out int written);
            bytes += written;
        }

        Sink.Sum += bytes;
    }, leastBatch: 1024);
}
