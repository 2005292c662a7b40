using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>What the stock client libraries get from a real process that runs <c>fastfence run</c>, with nothing of FastFence on their side.</summary>
public sealed class StockClientTests
{
    private static readonly string[] s_run = ["--seconds", "120", "--record", "off"];
    private static readonly EventPipeProvider s_metrics = new("System.Diagnostics.Metrics", EventLevel.Informational, 2, new Dictionary<string, string>
    {
        ["SessionId"] = "test",
        ["Metrics"] = "FastFence",
        ["RefreshInterval"] = "1",
        ["MaxTimeSeries"] = "1000",
        ["MaxHistograms"] = "10",
    });

    [Fact]
    public void MetricsArriveWithRatesTagsAndPercentiles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the child is started as on Linux");
        using StockClient client = new(s_run, s_metrics);
        client.Until(() => Metrics("CounterRateValuePublished", "fastfence.fences.signaled").Any(static p => Number(p["rate"]) > 0), "a rate of signals");
        client.Until(() => Metrics("HistogramValuePublished", "fastfence.retire.latency").Any(static p => ((string)p["quantiles"]).Contains("0.5=", StringComparison.Ordinal)), "percentiles of the retire latency");
        client.Until(() => Metrics("UpDownCounterRateValuePublished", "fastfence.timeline.pending").Any(static p => ((string)p["tags"]).Contains("fastfence.timeline=", StringComparison.Ordinal)), "figures of a timeline");
        client.Until(() => Metrics("CounterRateValuePublished", "fastfence.fences.failed").Any(static p => ((string)p["tags"]).Contains("error.type=", StringComparison.Ordinal)), "failures by error");
        client.Until(() => Metrics("CounterRateValuePublished", "fastfence.poller.switches").Any(), "switches of the poller");
        Dictionary<string, object> latency = Metrics("HistogramValuePublished", "fastfence.retire.latency").First();
        Assert.Equal(("FastFence", "s"), (latency["meterName"], latency["unit"]));
        Assert.DoesNotContain(client.Events, static e => e.Name.EndsWith("/Error", StringComparison.Ordinal) || e.Name.EndsWith("LimitReached", StringComparison.Ordinal));

        IEnumerable<Dictionary<string, object>> Metrics(string name, string instrument) => client.Events
            .Where(e => e.Name == $"System.Diagnostics.Metrics/{name}" && Equals(e.Payload["instrumentName"], instrument)).Select(static e => e.Payload);
    }

    [Fact]
    public void EventCountersArriveForToolsThatKnowNoMeters()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the child is started as on Linux");
        using StockClient client = new(s_run, new EventPipeProvider("FastFence", EventLevel.Critical, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" }));
        client.Until(() => Counters("fences-signaled").Any(static c => Number(c["Increment"]) > 0), "a rate of signals");
        client.Until(() => Counters("fences-live").Any(static c => Number(c["Mean"]) > 0), "a count of live fences");
        Assert.DoesNotContain(client.Events, static e => e.Name.StartsWith("FastFence/Fence", StringComparison.Ordinal));

        IEnumerable<IDictionary<string, object>> Counters(string name) => client.Events
            .Where(static e => e.Name == "FastFence/EventCounters").Select(static e => (IDictionary<string, object>)e.Payload.Values.First())
            .Select(static p => p.TryGetValue("Payload", out object? inner) ? (IDictionary<string, object>)inner : p).Where(p => Equals(p["Name"], name));
    }

    [Fact]
    public void FencesArriveOneByOneWithTheirNamesInSeqnoOrder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the child is started as on Linux");
        using StockClient client = new(s_run, new EventPipeProvider("FastFence", EventLevel.Verbose, 2));
        client.Until(() => client.Events.Count(static e => e.Name == "FastFence/FenceSignaled") > 1000, "a thousand signals");
        (string Name, Dictionary<string, object> Payload)[] events = [.. client.Events];
        Assert.Contains(events, static e => e.Name == "FastFence/FenceInit");
        Assert.Contains(events, static e => e.Name == "FastFence/FenceDestroy");
        Dictionary<long, (long Seqno, string Names)> last = [];
        foreach ((string name, Dictionary<string, object> payload) in events)
        {
            if (name != "FastFence/FenceSignaled")
            {
                continue;
            }

            (string driver, string timeline) = ((string)payload["driver"], (string)payload["timeline"]);
            Assert.False(driver.Length == 0 || timeline.Length == 0 || driver == "detached-driver" || timeline == "signaled-timeline", $"a placeholder: {driver} {timeline}");
            long context = (long)payload["context"], seqno = (long)payload["seqno"];
            if (last.TryGetValue(context, out (long Seqno, string Names) before))
            {
                Assert.Equal(before.Names, driver + timeline);
            }

            last[context] = (seqno, driver + timeline);
        }
    }

    private static double Number(object value) => value is "" ? 0 : Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
