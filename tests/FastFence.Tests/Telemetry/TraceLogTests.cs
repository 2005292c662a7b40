using CsCheck;
using FastFence.Telemetry;
using Xunit;

namespace FastFence.Tests.Telemetry;

public sealed class TraceLogTests
{
    [Fact]
    public void RecordsOfOneTimeKeepTheirOrder()
    {
        TraceLog log = new();
        int name = log.Intern("n");
        foreach ((long time, ulong seqno) in ((long, ulong)[])[(5, 1), (3, 2), (5, 3), (3, 4), (5, 5)])
        {
            log.Add(new TraceEvent { TimeNs = time, Kind = TraceEventKind.FenceSignaled, Driver = name, Timeline = name, Context = 1, Seqno = seqno });
        }

        Assert.Equal([2UL, 4, 1, 3, 5], log.Events.Select(static e => e.Seqno));
    }

    [Fact]
    public void ARecordOfAnUnknownNameOrCpuIsRefused()
    {
        TraceLog log = new();
        int name = log.Intern("n");
        TraceEvent e = new() { TimeNs = 0, Kind = TraceEventKind.FenceInit, Driver = name, Timeline = name, Context = 1, Seqno = 1 };
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Add(e with { Timeline = name + 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Add(e with { Driver = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Add(e with { Cpu = 1024 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Add(e with { TimeNs = -1 }));
        Assert.Empty(log.Events);
    }

    [Fact]
    public void FencesThatOverlapNeverShareALane() => Gen.Select(Gen.ULong[1, 12], Gen.Bool).Array[0, 200].Sample(static steps =>
    {
        TraceLanes lanes = new();
        Dictionary<ulong, int> model = [];
        foreach ((ulong seqno, bool begins) in steps)
        {
            bool known = model.TryGetValue(seqno, out int expected);
            if (begins)
            {
                Assert.Equal(!known, lanes.TryTake(seqno, out int lane));
                Assert.True(known ? lane == expected : !model.ContainsValue(lane) && lane <= model.Count);
                model[seqno] = lane;
            }
            else
            {
                Assert.Equal(known, lanes.TryGive(seqno, out int lane));
                Assert.True(!known || lane == expected);
                model.Remove(seqno);
            }
        }
    });
}
