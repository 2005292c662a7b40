using System.Diagnostics.Metrics;

namespace FastFence.Telemetry;

/// <summary>Figures by timeline. A tag set for each would fill any backend where there are a million, so there is a bound, and what is beyond it is counted.</summary>
internal static class TimelineMeter
{
    /// <summary>Timelines of an engine that are shown by name.</summary>
    public const int MostTimelines = 100;

    /// <summary>Makes the instruments.</summary>
    public static void Make(Meter meter)
    {
        meter.CreateObservableCounter("fastfence.timeline.fences", static () => Of(static t => t.Given), "{fence}", "Seqnos given out on a timeline.");
        meter.CreateObservableCounter("fastfence.timeline.completed", static () => Of(static t => t.Completed), "{fence}", "Seqnos of a timeline that are signaled.");
        meter.CreateObservableUpDownCounter("fastfence.timeline.pending", static () => Of(static t => t.Given - t.Completed), "{fence}", "Seqnos of a timeline that are not signaled.");
        meter.CreateObservableUpDownCounter("fastfence.timelines", Count, "{timeline}", "Open timelines, and whether they are shown by name.");
    }

    private static List<Measurement<long>> Of(Func<TimelineFigures, long> figure)
    {
        List<Measurement<long>> list = [];
        List<TimelineFigures> timelines = [];
        MeteredEngines.Visit(e =>
        {
            timelines.Clear();
            e.ListTimelines(timelines, MostTimelines);
            foreach (TimelineFigures t in timelines)
            {
                list.Add(new Measurement<long>(
                    figure(t),
                    FenceMeter.Tag(e),
                    new KeyValuePair<string, object?>("fastfence.driver", t.Driver),
                    new KeyValuePair<string, object?>("fastfence.timeline", t.Name),
                    new KeyValuePair<string, object?>("fastfence.context", t.Context.ToString(System.Globalization.CultureInfo.InvariantCulture))));
            }
        });
        return list;
    }

    private static List<Measurement<long>> Count()
    {
        List<Measurement<long>> list = [];
        List<TimelineFigures> timelines = [];
        MeteredEngines.Visit(e =>
        {
            timelines.Clear();
            int all = e.ListTimelines(timelines, MostTimelines);
            list.Add(new Measurement<long>(timelines.Count, FenceMeter.Tag(e), new KeyValuePair<string, object?>("fastfence.shown", "yes")));
            list.Add(new Measurement<long>(all - timelines.Count, FenceMeter.Tag(e), new KeyValuePair<string, object?>("fastfence.shown", "no")));
        });
        return list;
    }
}
