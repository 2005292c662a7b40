using FastFence.Bench.Fixtures;
using FastFence.Bench.Gates;
using FastFence.Bench.Measuring;
using FastFence.Telemetry;

namespace FastFence.Bench.Costs;

/// <summary>An event of a fence on EventPipe: nobody listening, and with a real session on this process.</summary>
internal static class EventRows
{
    private const string NoMust = "no must is written for it: a figure";

    public static IEnumerable<GateRow> All =>
    [
        Row("EventPipe event, off", static () => null),
        Row("EventPipe event, on, without its stack", static () => EventSession.Fences(Environment.ProcessId, stacks: false)),
        Row("EventPipe event, on, with its stack (a session's default)", static () => EventSession.Fences(Environment.ProcessId, stacks: true)),
    ];

    private static GateRow Row(string operation, Func<EventSession?> listen) => new()
    {
        Operation = operation,
        Absent = NoMust,
        Ours = () => Event(listen()),
        EmptyCall = Nothing,
    };

    private static LoopContender Event(EventSession? session)
    {
        if (session != null && !SpinWait.SpinUntil(static () => FenceEventSource.Log.WantsFences, TimeSpan.FromSeconds(10)))
        {
            session.Dispose();
            throw new InvalidOperationException("The session did not turn the events of fences on within 10 s.");
        }

        return new LoopContender("FastFence", static times =>
        {
            for (int i = 0; i < times; i++)
            {
                FenceEventSource.Log.FenceInit(i, 1, 2, i, "bench-driver", "bench-timeline");
            }
        }, session);
    }

    private static LoopContender Nothing() => new("empty loop", static times =>
    {
        long count = 0;
        for (int i = 0; i < times; i++)
        {
            count ^= i;
        }

        Sink.Sum += count;
    }, leastBatch: 1024);
}
