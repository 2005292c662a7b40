using System.Runtime.InteropServices;
using System.Text.Json;
using FastFence.Bench.Measuring;
using FastFence.Latency.Growth;

namespace FastFence.Latency.Latencies;

/// <summary>The rows as a file.</summary>
internal static class LatencyJson
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Writes it; of a smoke run without rows, since none says anything.</summary>
    public static void Write(FileInfo file, MeasurePlan plan, IReadOnlyList<LatencyRow> rows)
    {
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, new
        {
            Plan = plan.Name,
            Machine = new
            {
                Machine.Processor,
                Platform.Cpu.UsableCores,
                Runtime = RuntimeInformation.FrameworkDescription,
                System = RuntimeInformation.OSDescription,
            },
            Rows = rows,
        }, s_options);
        stream.WriteByte((byte)'\n');
    }
}
