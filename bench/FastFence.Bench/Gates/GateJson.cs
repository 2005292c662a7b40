using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Gates;

/// <summary>The gate's rows as a file.</summary>
internal static class GateJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes everything; what was not measured is left out.</summary>
    public static void Write(FileInfo file, MeasurePlan plan, Noise noise, IReadOnlyList<GateResult> results, int exitCode)
    {
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, new
        {
            Plan = plan.Name,
            Machine = new
            {
                Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
                Runtime = RuntimeInformation.FrameworkDescription,
                System = RuntimeInformation.OSDescription,
                Cpu = CpuName(),
                UsableCores = Platform.Cpu.UsableCores,
            },
            Calibration = new
            {
                LockedRmwBestNs = Number(noise.Best),
                LockedRmwMedianNs = Number(noise.Median),
                LockedRmwSlowNs = Number(noise.Slow),
            },
            ExitCode = exitCode,
            Rows = results.Select(RowOf),
        }, s_options);
        stream.WriteByte((byte)'\n');
    }

    private static object RowOf(GateResult r) => new
    {
        r.Row.Operation,
        OursNs = Number(r.Row.IsRatio ? double.NaN : r.OursNanoseconds),
        OursTimes = Number(r.Row.IsRatio ? r.OursNanoseconds : double.NaN),
        r.Peer,
        PeerNs = Number(r.Row.IsRatio ? double.NaN : r.PeerNanoseconds),
        PeerTimes = Number(r.Row.IsRatio ? r.PeerNanoseconds : double.NaN),
        Peers = r.Peers.Count == 0 ? null : r.Peers.Where(static p => double.IsFinite(p.Figure)),
        Ratio = Number(r.Ratio),
        MustUnit = r.Row.Must == null ? null : Units.NameOf(r.Row.Must.Unit),
        MustMultiple = Number(r.Row.Must?.Multiple ?? double.NaN),
        MustTimesPeer = r.Row.Must is { TimesPeer: > 0 } must ? must.TimesPeer : (double?)null,
        MustWritten = r.Row.Must?.Written ?? r.Row.RoundsMust,
        UnitNs = Number(r.Row.IsRatio ? double.NaN : r.UnitNanoseconds),
        UnitTimes = Number(r.Row.IsRatio ? r.UnitNanoseconds : double.NaN),
        Score = Number(r.Score),
        BlockScores = r.BlockScores.Count == 0 ? null : r.BlockScores,
        AllocatedBytes = Number(r.AllocatedBytes),
        Holds = r.Verdict.ToString(),
        Attempts = r.Attempts == 0 ? (int?)null : r.Attempts,
        r.Note,
        Why = r.Row.Absent,
    };

    private static double? Number(double value) => double.IsFinite(value) ? value : null;

    private static string? CpuName() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
        : null;
}
