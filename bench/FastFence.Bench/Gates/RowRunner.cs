using FastFence.Bench.Measuring;

namespace FastFence.Bench.Gates;

/// <summary>Measures one row: ours, its peers, an empty call and the unit in turns.</summary>
internal sealed class RowRunner(MeasurePlan plan, Noise noise)
{
    private const string OneCore = "needs two usable cores";

    private readonly SketchFloor _floor = new(plan);

    /// <summary>Measures until the verdict stands, or as often as the plan allows.</summary>
    public GateResult Run(GateRow row)
    {
        if ((row.Ours == null && row.InRounds == null) || (row.Threads > 1 && !Cores.AreTwo))
        {
            return new GateResult { Row = row with { Absent = row.Absent ?? OneCore }, Verdict = Verdict.Absent };
        }

        if (row.InRounds != null)
        {
            return row.InRounds(plan, row);
        }

        GateResult result = Once(row, 1);
        while (result.Verdict == Verdict.Inconclusive && result.Attempts < plan.Attempts)
        {
            result = Once(row, result.Attempts + 1);
        }

        return result;
    }

    private GateResult Once(GateRow row, int attempt)
    {
        if (row.Threads > 1)
        {
            Cores.Pin(0);
        }

        List<Contender> contenders = [row.Ours!()];
        try
        {
            contenders.AddRange(row.Peers.Select(p => p()));
            int empty = contenders.Count;
            if (row.EmptyCall != null)
            {
                contenders.Add(row.EmptyCall());
            }

            PhysicalUnit unit = row.Must?.Unit ?? PhysicalUnit.LockedRmw;
            contenders.Add(Units.Create(unit));
            double[][] minima = PairedRun.Measure(contenders, plan);
            if (row.EmptyCall != null)
            {
                TakeOff(contenders, minima, empty);
            }

            if (unit == PhysicalUnit.LockedRmw)
            {
                noise.Add(minima[^1]);
            }

            double allocated = contenders[0] is LoopContender loop
                ? loop.AllocatedBytes(Math.Max(1024, loop.LeastBatch))
                : double.NaN;
            return Judge(row, contenders, minima, empty, allocated, attempt);
        }
        finally
        {
            contenders.ForEach(c => c.Dispose());
            Cores.Unpin();
        }
    }

    private GateResult Judge(
        GateRow row, List<Contender> contenders, double[][] minima, int peersEnd, double allocated, int attempt)
    {
        double Typical(int i) => contenders[i].Typical(minima[i]);
        int peer = 0;
        for (int i = 1; i < peersEnd; i++)
        {
            peer = peer == 0 || Typical(i) < Typical(peer) ? i : peer;
        }

        double[] ours = minima[0];
        double[] unit = minima[^1];
        double[] theirs = peer == 0 ? [] : minima[peer];
        GateResult result = new()
        {
            Row = row,
            Verdict = plan.IsSmoke ? Verdict.Smoke : Verdict.Absent,
            OursNanoseconds = Typical(0),
            UnitNanoseconds = Typical(contenders.Count - 1),
            Peer = peer == 0 ? null : contenders[peer].Name,
            PeerNanoseconds = peer == 0 ? double.NaN : Typical(peer),
            Peers = [.. Enumerable.Range(1, peersEnd - 1).Select(i => new PeerFigure(contenders[i].Name, Typical(i)))],
            AllocatedBytes = allocated,
            Attempts = attempt,
        };
        if (row.Must == null)
        {
            return result;
        }

        double[] scores = [.. Enumerable.Range(0, ours.Length).Select(b => Score(row.Must, ours[b], unit[b], peer == 0 ? 0 : theirs[b]))];

        // The median of ours against the best of the unit's would compare a usual moment with a lucky one: there the blocks' ratios stand.
        double score = contenders[0].IsByMedian && !contenders[^1].IsByMedian
            ? scores.Order().ElementAt(scores.Length / 2)
            : Score(row.Must, result.OursNanoseconds, result.UnitNanoseconds, result.PeerNanoseconds);
        result = result with
        {
            Score = score,
            BlockScores = scores,
            Verdict = plan.IsSmoke ? Verdict.Smoke : Verdicts.Judge(score, scores),
        };
        return row.Must.NeedsFloor && !plan.IsSmoke && _floor.Objection is { } objection
            ? result with { Verdict = Verdict.Absent, Row = row with { Absent = FormattableString.Invariant($"{objection}; {score:0.00} of the must") } }
            : result;
    }

    private static double Score(Must must, double ours, double unit, double peer)
    {
        double score = ours / (unit * must.Multiple);
        return must.TimesPeer == 0 ? score : Math.Max(score, ours * must.TimesPeer / peer);
    }

    private static void TakeOff(List<Contender> contenders, double[][] minima, int empty)
    {
        for (int i = 0; i < empty; i++)
        {
            for (int block = 0; contenders[i].HasCall && block < minima[i].Length; block++)
            {
                minima[i][block] = Math.Max(0, minima[i][block] - minima[empty][block]);
            }
        }
    }
}
