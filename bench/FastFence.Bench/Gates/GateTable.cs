using System.Globalization;
using FastFence.Bench.Measuring;

namespace FastFence.Bench.Gates;

/// <summary>The table, a line at a time: it grows while the gate runs.</summary>
internal sealed class GateTable(TextWriter output)
{
    private const int OperationWidth = 51;
    private const int OursWidth = 12;
    private const int PeerWidth = 45;
    private const int RatioWidth = 6;
    private const int MustWidth = 36;

    /// <summary>Prints the header.</summary>
    public void Begin()
    {
        Write("operation", "ours", "best peer", "ratio", "must", "holds");
        output.WriteLine(new string('-', OperationWidth + OursWidth + PeerWidth + RatioWidth + MustWidth + 20));
    }

    /// <summary>Prints a row.</summary>
    public void Add(GateResult result)
    {
        GateRow row = result.Row;
        if (result.Verdict == Verdict.Smoke)
        {
            // Code that was compiled a moment ago, in tiny batches: a figure would only mislead.
            result = new GateResult { Row = row, Verdict = Verdict.Smoke };
        }

        Write(
            row.Operation,
            double.IsNaN(result.OursNanoseconds) ? "-" : Figure(result.OursNanoseconds, row),
            result.Peer == null ? "-" : $"{Figure(result.PeerNanoseconds, row)} {result.Peer}",
            result.Peer == null ? "-" : Format($"{(row.IsThroughput ? 1 / result.Ratio : result.Ratio):0.00}"),
            MustOf(result),
            HoldsOf(result) + (result.Note == null ? "" : $"; {result.Note}"));
        output.Flush();
    }

    private static string MustOf(GateResult result)
    {
        Must? must = result.Row.Must;
        if (must == null)
        {
            return result.Row.RoundsMust ?? "-";
        }

        if (double.IsInfinity(must.Multiple))
        {
            return $"≤ {must.Written}";
        }

        double here = must.Multiple * result.UnitNanoseconds;
        string sign = result.Row.IsThroughput ? "≥" : "≤";
        string value = double.IsNaN(here) ? "" : $" = {Figure(here, result.Row)} here";
        string peer = must.TimesPeer == 0 ? "" : Format($", {must.TimesPeer:0.#}× peer");
        return Format($"{sign} {must.Multiple:0.00} {Units.NameOf(must.Unit)}") + value + peer;
    }

    private static string HoldsOf(GateResult result) => result.Verdict switch
    {
        Verdict.Holds => Format($"holds ({result.Score:0.00})"),
        Verdict.Misses => Format($"MISSES ({result.Score:0.00})"),
        Verdict.Inconclusive => Format($"inconclusive ({result.Score:0.00}, blocks {result.BlockScores.Min():0.00}–{result.BlockScores.Max():0.00})"),
        Verdict.Smoke => "- (smoke)",
        _ => $"absent: {result.Row.Absent}",
    };

    private static string Figure(double nanoseconds, GateRow row) => row.IsThroughput ? Format($"{1000 / nanoseconds:0.0} M/s")
        : row.IsRatio ? Format($"{nanoseconds:0.00} ×")
        : nanoseconds >= 1000 ? Format($"{nanoseconds / 1000:0.00} µs") : Format($"{nanoseconds:0.00} ns");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Write(string operation, string ours, string peer, string ratio, string must, string holds) =>
        output.WriteLine(
            $"{operation.PadRight(OperationWidth)} {ours.PadLeft(OursWidth)}  {peer.PadRight(PeerWidth)} {ratio.PadLeft(RatioWidth)}  {must.PadRight(MustWidth)} {holds}");
}
