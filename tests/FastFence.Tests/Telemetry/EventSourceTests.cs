using System.Diagnostics.Tracing;
using System.Reflection;
using FastFence.Platform;
using FastFence.Reclamation;
using FastFence.Telemetry;
using FastFence.Tests.Memory;
using Xunit;

namespace FastFence.Tests.Telemetry;

/// <summary>The EventSource "FastFence": every event arrives whole, says what a person needs, and costs nothing while nobody listens.</summary>
public sealed class EventSourceTests
{
    private static readonly FenceEngineOptions s_stepped = new() { StartPoller = false };

    private static IEnumerable<MethodInfo> EventMethods =>
        typeof(FenceEventSource).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(static m => m.GetCustomAttribute<EventAttribute>() != null);

    [Fact]
    public void TheSourceIsWellFormedAndOneWithAnUndeclaredKeywordIsFoundOut()
    {
        Assert.Null(FenceEventSource.Log.ConstructionException);
        Assert.Equal("FastFence", FenceEventSource.Log.Name);
        Assert.NotNull(EventSource.GenerateManifest(typeof(FenceEventSource), null, EventManifestOptions.Strict));
        using BadKeywordSource bad = new(); // nothing is heard of its fault here
        Assert.Equal("FastFence-Test-Keyword", bad.Name);
        Assert.ThrowsAny<ArgumentException>(static () => EventSource.GenerateManifest(typeof(BadKeywordSource), null, EventManifestOptions.Strict));
    }

    [Fact]
    public void EveryEventArrivesWithEveryValueOfItsPayload()
    {
        using Heard heard = new(EventLevel.Verbose, EventKeywords.All);
        MethodInfo[] methods = [.. EventMethods];
        Assert.Equal(19, methods.Length);
        foreach (MethodInfo method in methods)
        {
            object[] arguments = [.. method.GetParameters().Select(static (p, i) => p.ParameterType == typeof(long) ? (object)(long.MinValue + i) : $"{p.Name} äß\u4e16")];
            method.Invoke(FenceEventSource.Log, arguments);
            (string name, Dictionary<string, object?> payload) = heard.Events.Last(e => e.Name == method.Name);
            Assert.Equal(method.Name, name);
            Assert.Equal(method.GetParameters().Select(static p => p.Name!).Zip(arguments), payload.Select(static p => (p.Key, p.Value!)));
        }
    }

    [Fact]
    public async Task WithoutAListenerAnEventAllocatesNothingAndTheControlDoes()
    {
        Assert.False(FenceEventSource.Log.WantsFences);
        Assert.InRange(await Garbage.LeastOf(static () => Spell(static () => FenceEventSource.Log.FenceSignaled(1, 2, 3, 4, 5, "driver", "timeline"))), 0, 20_000);
        Assert.True(await Garbage.LeastOf(static () => Spell(static () => ParamsSource.Log.Signaled(1, 2, 3, 4, 5, "driver", "timeline"))) > 1_000_000);
    }

    [Fact]
    public void NoEventIsWrittenThroughAnArrayOfObjects()
    {
        // Their own disabled cost: an array and a box for each number, made before the source is asked.
        Assert.All(EventMethods, static m => Assert.False(WritesArray(m), m.Name));
        Assert.True(WritesArray(typeof(ParamsSource).GetMethod(nameof(ParamsSource.Signaled))!));
    }

    [Fact]
    public void AStalledReaderIsNamedWithItsThreadAndWhatToDo()
    {
        using Heard heard = new(EventLevel.Warning, FenceEventSource.Keywords.Engine);
        using FenceEngine engine = new(s_stepped with { StallLimit = TimeSpan.FromMilliseconds(1) });
        using Worker reader = new();
        reader.Do(Section.Enter);
        GracePeriod.Start();
        Until.Holds(() => heard.Events.Any(e => e.Name == "ReaderStalled" && Equals(e.Payload["threadId"], (long)reader.Id)), "no event of the stall");
        reader.Do(Section.Exit);
        Dictionary<string, object?> stall = heard.Events.First(e => e.Name == "ReaderStalled" && Equals(e.Payload["threadId"], (long)reader.Id)).Payload;
        Assert.Equal(SerialOf(engine), stall["engine"]);
        Assert.True((long)stall["lateMilliseconds"]! >= 1);
        Assert.Contains("End the section", (string)stall["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void AHangNamesTimelineSeqnoAndWhatItsFencesEndWith()
    {
        using Heard heard = new(EventLevel.Warning, FenceEventSource.Keywords.Engine);
        using FenceEngine engine = new(s_stepped);
        using Exporter exporter = engine.CreateExporter("slow-driver");
        using Timeline timeline = exporter.CreateTimeline("slow-line", new TimelineOptions { Watchdog = TimeSpan.FromMilliseconds(100) });
        using FenceSource source = timeline.CreateFence();
        Until.Holds(() => heard.Events.Any(e => e.Name == "FencesHung" && Equals(e.Payload["context"], (long)timeline.Context)), "no event of the hang");
        Dictionary<string, object?> hang = heard.Events.First(e => e.Name == "FencesHung" && Equals(e.Payload["context"], (long)timeline.Context)).Payload;
        Assert.Equal((0L, 1L, "slow-driver", "slow-line"), (hang["completedSeqno"], hang["lastSeqno"], hang["driver"], hang["timeline"]));
        Assert.Contains("-ETIME", (string)hang["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void ALostDeviceAnUnloadAndAFaultAreToldWithTheirNames()
    {
        using Heard heard = new(EventLevel.Informational, FenceEventSource.Keywords.Engine);
        using FenceEngine engine = new(s_stepped);
        Exporter exporter = engine.CreateExporter("lossy");
        FenceRing ring = exporter.CreateRing("ring-9");
        ring.Emit(default, out FenceRef held);
        held.Fence.AddCallback(static (_, _) => throw new InvalidOperationException("thrown on purpose"), null, out _);
        ring.Consumer.Complete(77);
        engine.Poller.DoWork();
        Until.Holds(() => heard.Events.Any(static e => e.Name == "DeviceLost" && Equals(e.Payload["driver"], "lossy")), "no event of the loss");
        Dictionary<string, object?> loss = heard.Events.First(static e => e.Name == "DeviceLost" && Equals(e.Payload["driver"], "lossy")).Payload;
        Assert.Equal((0L, 1L, "ring-9"), (loss["completedSeqno"], loss["lastSeqno"], loss["timeline"]));
        Assert.Contains("77", (string)loss["message"]!, StringComparison.Ordinal);
        Until.Holds(
            () =>
            {
                engine.Poller.DoWork();
                return heard.Events.Any(static e => e.Name == "CallbackFaulted" && ((string)e.Payload["exception"]!).Contains("thrown on purpose", StringComparison.Ordinal));
            },
            "no event of the fault");
        held.Dispose();
        UnloadReport report = exporter.UnloadAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
        Dictionary<string, object?> unload = heard.Events.Last(static e => e.Name == "Unloaded" && Equals(e.Payload["driver"], "lossy")).Payload;
        Assert.Equal((long)report.Elapsed.TotalMicroseconds, unload["elapsedMicroseconds"]);
        Assert.Equal(report.ToString(), unload["report"]);
    }

    [Fact]
    public void RefusalsAreToldByTheTickWithTheBoundsTheyMet()
    {
        using Heard heard = new(EventLevel.Warning, FenceEventSource.Keywords.Engine);
        using FenceEngine engine = new(s_stepped with { MaxFences = 100, MagazineSize = 8 });
        using Timeline timeline = engine.CreateTimeline("full");
        List<FenceSource> held = [];
        while (timeline.TryCreateFence(out FenceSource source))
        {
            held.Add(source);
        }

        for (int i = 0; i < 1000; i++)
        {
            Assert.False(timeline.TryCreateFence(out _));
        }

        long serial = SerialOf(engine);
        Until.Holds(() => heard.Events.Where(e => e.Name == "CreationRefused" && Equals(e.Payload["engine"], serial)).Sum(static e => (long)e.Payload["refused"]!) == engine.GetStatistics().Refused, "not every refusal is told");
        (string Name, Dictionary<string, object?> Payload)[] refusals = [.. heard.Events.Where(e => e.Name == "CreationRefused" && Equals(e.Payload["engine"], serial))];
        Assert.InRange(refusals.Length, 1, 100); // by the tick, not by the refusal
        Assert.Equal(100L, refusals[^1].Payload["maxFences"]);
        Assert.Contains("MaxFences", (string)refusals[^1].Payload["message"]!, StringComparison.Ordinal);
        held.ForEach(static s => s.Dispose());
    }

    [Fact]
    public void FencesAreToldOneByOneWhileASessionWantsThemAndNotBefore()
    {
        using FenceEngine engine = new(s_stepped);
        using Exporter exporter = engine.CreateExporter("told-driver");
        using Timeline timeline = exporter.CreateTimeline("told-line");
        using (Heard rare = new(EventLevel.Verbose, FenceEventSource.Keywords.Engine))
        {
            Life(timeline, default);
            Assert.Equal(RecordingMode.Off, engine.Recording);
            Assert.DoesNotContain(rare.Events, static e => e.Name.StartsWith("Fence", StringComparison.Ordinal) && e.Name != "FencesHung");
        }

        using (Heard heard = new(EventLevel.Verbose, FenceEventSource.Keywords.Fences))
        {
            Until.Holds(() => engine.Recording == RecordingMode.Coarse, "the recorder was not turned on");
            Until.Holds(
                () =>
                {
                    Life(timeline, FenceError.DeviceLost);
                    return heard.Events.Count(Signals) >= 3;
                },
                "no fence was told");
            Dictionary<string, object?> signal = heard.Events.First(Signals).Payload;
            Assert.Equal(("told-driver", "told-line", -5L), (signal["driver"], signal["timeline"], signal["error"]));
            Assert.Equal((long)CurrentThread.Id, signal["thread"]);
            long[] seqnos = [.. heard.Events.Where(Signals).Select(static e => (long)e.Payload["seqno"]!)];
            Assert.Equal(Enumerable.Range(0, seqnos.Length).Select(i => seqnos[0] + i), seqnos); // each once, in order
            Assert.Equal(
                ["FenceInit", "FenceSignaled", "FenceDestroy"],
                heard.Events.Where(e => Equals(e.Payload.GetValueOrDefault("context"), (long)timeline.Context) && Equals(e.Payload["seqno"], seqnos[1])).Select(static e => e.Name));
        }

        Until.Holds(() => engine.Recording == RecordingMode.Off, "the recorder was not turned off again");
        bool Signals((string Name, Dictionary<string, object?> Payload) e) => e.Name == "FenceSignaled" && Equals(e.Payload["context"], (long)timeline.Context);
    }

    private static unsafe long SerialOf(FenceEngine engine) => (long)engine.Block->Pools.Serial;

    private static void Life(Timeline timeline, FenceError error)
    {
        using FenceSource source = timeline.CreateFence();
        source.Signal(error);
    }

    private static Task Spell(Action once)
    {
        for (int i = 0; i < 10_000; i++)
        {
            once();
        }

        return Task.CompletedTask;
    }

    // A call of the method stands in the body as opcode 0x28 (call) or 0x6F (callvirt) and a token of the calling module.
    private static bool WritesArray(MethodInfo caller)
    {
        byte[] body = caller.GetMethodBody()!.GetILAsByteArray()!;
        for (int i = 0; i + 4 < body.Length; i++)
        {
            if (body[i] is 0x28 or 0x6F)
            {
                try
                {
                    if (caller.Module.ResolveMethod(BitConverter.ToInt32(body, i + 1)) is { Name: "WriteEvent" } called
                        && called.GetParameters()[^1].ParameterType.IsArray)
                    {
                        return true;
                    }
                }
                catch (ArgumentException)
                {
                    // not a token: the byte was part of something else
                }
            }
        }

        return false;
    }

    [EventSource(Name = "FastFence-Test-Params")]
    private sealed class ParamsSource : EventSource
    {
        public static readonly ParamsSource Log = new();

        [Event(1, Level = EventLevel.Verbose)]
        public void Signaled(long time, long thread, long context, long seqno, long error, string driver, string timeline) =>
            WriteEvent(1, time, thread, context, seqno, error, driver, timeline);
    }

    [EventSource(Name = "FastFence-Test-Keyword")]
    private sealed class BadKeywordSource : EventSource
    {
        [Event(1, Keywords = (EventKeywords)4)]
        public void Something() => WriteEvent(1);
    }
}
