using FastFence.Bench.Measuring;
using FastFence.Bench.Rows;

namespace FastFence.Bench.Gates;

/// <summary>
/// Is the C sketch the floor here that musts take it for? A life of one of its fences may take <see cref="Most"/> locked RMW: judged against a slow
/// sketch a row could hold too easily.
/// </summary>
internal sealed class SketchFloor(MeasurePlan plan)
{
    /// <summary>Most locked RMW of create + signal + release.</summary>
    public const double Most = 3.2;

    private readonly Lazy<double> _life = new(() => Measure(plan));

    /// <summary>What a life takes here, in locked RMW.</summary>
    public double Life => _life.Value;

    /// <summary>Why a row judged against it has no verdict; null = it is the floor.</summary>
    public string? Objection => Life <= Most ? null : FormattableString.Invariant(
        $"the C sketch is no floor here: a life takes it {Life:0.0} locked RMW, {Most} at most make it one");

    private static double Measure(MeasurePlan plan)
    {
        List<Contender> contenders = [.. PeersInC.Of("C sketch", "sketch_life", LifeRows.FencesInBatch).Select(static make => make())];
        try
        {
            contenders.Add(Units.Create(PhysicalUnit.LockedRmw));
            double[][] minima = PairedRun.Measure(contenders, plan);
            return minima[0].Zip(minima[^1], static (life, rmw) => life / rmw).Min();
        }
        finally
        {
            contenders.ForEach(static c => c.Dispose());
        }
    }
}
