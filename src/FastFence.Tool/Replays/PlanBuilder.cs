// From signals to a plan. A ring retires in order and its position is the seqno, so what can be played is what every context
// of a real driver does: seqnos rise from signal to signal. A seqno that is left out was a NOP on the ring and is played as
// one. Anything else is refused here, before the first fence is emitted.
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using FastFence.Recording;
using FastFence.Tool.Captures;

namespace FastFence.Tool.Replays;

/// <summary>Collects the signals of a capture and makes the plan.</summary>
internal sealed class PlanBuilder(string path)
{
    /// <summary>
    /// Most seqnos left out in one place. More is no run of NOPs: it is another life of the context, or a file that was cut
    /// together.
    /// </summary>
    internal const int LargestGap = 1 << 14;

    /// <summary>Most positions of a ring (<see cref="RingOptions.Capacity"/>).</summary>
    private const ulong LargestCapacity = 1 << 20;

    /// <summary>Fewest: enough for bursts at full speed, when the poller is a little behind.</summary>
    private const ulong LeastCapacity = 256;

    /// <summary>Bit 63 of a ring position marks a NOP; one bit of distance.</summary>
    private const ulong HighestSeqno = 1UL << 62;

    private readonly List<Signal> _signals = [];
    private readonly Dictionary<ulong, int> _indices = [];
    private readonly List<Context> _contexts = [];

    /// <summary>Takes one signal down; the first of a context names it.</summary>
    internal void Add(ulong context, string driver, string timeline, ulong seqno, long createNs, long signalNs, int row, int job = 0)
    {
        if (!_indices.TryGetValue(context, out int index))
        {
            _indices.Add(context, index = _contexts.Count);
            _contexts.Add(new Context(context, Named(driver), Named(timeline)));
        }

        _signals.Add(new Signal(index, seqno, Math.Min(createNs, signalNs), signalNs, row, job));
    }

    /// <summary>The fences in signal order, the order of emission, and the contexts with their rings' capacities.</summary>
    internal (ImmutableArray<ReplayContext> Contexts, ImmutableArray<ReplayFence> Fences, ImmutableArray<int> Emission, long FirstNs) Build()
    {
        if (_signals.Count == 0)
        {
            throw Refuse("no fence signals in it: there is nothing to play");
        }

        // Stable: what one row signals at one time stays in its order.
        Signal[] signals = [.. _signals.OrderBy(static s => s.SignalNs)];
        int[] nops = new int[signals.Length];
        for (int i = 0; i < signals.Length; i++)
        {
            nops[i] = Follow(signals[i]);
        }

        EmitInSeqnoOrder(signals);
        int[] emission = [.. Enumerable.Range(0, signals.Length).OrderBy(i => signals[i].CreateNs)];
        Measure(signals, nops, emission);
        return (
            [.. _contexts.Select(c => new ReplayContext(c.Number, c.Driver, c.Timeline, c.First, CapacityOf(c)))],
            [.. signals.Select((s, i) => new ReplayFence(s.Context, s.Seqno, nops[i], s.CreateNs, s.SignalNs, s.Job))],
            [.. emission],
            signals[emission[0]].CreateNs);
    }

    private int Follow(in Signal signal)
    {
        Context context = _contexts[signal.Context];
        if (signal.Seqno is 0 or >= HighestSeqno)
        {
            throw Refuse(signal.Row, $"context {context.Number}: seqno {signal.Seqno}: rings have seqnos from 1 to 2^62 - 1");
        }

        ulong last = context.Last;
        if (last == 0)
        {
            (context.First, context.Last) = (signal.Seqno, signal.Seqno);
            return 0;
        }

        if (signal.Seqno <= last)
        {
            throw Refuse(signal.Row, $"context {context.Number}: seqno {signal.Seqno} signals after {last}: a ring completes in seqno order, so this cannot be played");
        }

        if (signal.Seqno - last - 1 > LargestGap)
        {
            throw Refuse(signal.Row, $"context {context.Number}: {signal.Seqno - last - 1} seqnos are left out between {last} and {signal.Seqno}: more than {LargestGap} are not played as NOPs");
        }

        context.Last = signal.Seqno;
        return (int)(signal.Seqno - last - 1);
    }

    // A ring gives out seqnos as it is emitted on: a fence is emitted no later than those behind it.
    private void EmitInSeqnoOrder(Signal[] signals)
    {
        long[] earliest = new long[_contexts.Count];
        Array.Fill(earliest, long.MaxValue);
        for (int i = signals.Length - 1; i >= 0; i--)
        {
            ref long create = ref earliest[signals[i].Context];
            create = Math.Min(create, signals[i].CreateNs);
            signals[i] = signals[i] with { CreateNs = create };
        }
    }

    // How many positions each ring had outstanding at most: what was emitted at a time less what had signaled before it.
    private void Measure(Signal[] signals, int[] nops, int[] emission)
    {
        int signaled = 0;
        foreach (int i in emission)
        {
            for (; signaled < i && signals[signaled].SignalNs <= signals[i].CreateNs; signaled++)
            {
                _contexts[signals[signaled].Context].Outstanding -= 1 + (ulong)nops[signaled];
            }

            Context context = _contexts[signals[i].Context];
            context.Outstanding += 1 + (ulong)nops[i];
            context.Most = Math.Max(context.Most, context.Outstanding);
        }
    }

    private int CapacityOf(Context context)
    {
        ulong capacity = BitOperations.RoundUpToPowerOf2(Math.Max(context.Most, LeastCapacity));
        return capacity <= LargestCapacity
            ? (int)capacity
            : throw Refuse($"context {context.Number}: {context.Most} fences are pending at once: a ring has {LargestCapacity} positions");
    }

    private string Named(string name) => Encoding.UTF8.GetByteCount(name) <= NameTable.MaxBytes
        ? name
        : throw Refuse($"the name '{name[..32]}…' is longer than {NameTable.MaxBytes} bytes");

    private CaptureException Refuse(int row, string message) =>
        new(path, string.Create(CultureInfo.InvariantCulture, $"{path}:{row + 2}: {message}"), null);

    private CaptureException Refuse(string message) => new(path, $"{path}: {message}", null);

    private readonly record struct Signal(int Context, ulong Seqno, long CreateNs, long SignalNs, int Row, int Job);

    private sealed class Context(ulong number, string driver, string timeline)
    {
        internal readonly ulong Number = number;
        internal readonly string Driver = driver;
        internal readonly string Timeline = timeline;
        internal ulong First;
        internal ulong Last;
        internal ulong Outstanding;
        internal ulong Most;
    }
}
