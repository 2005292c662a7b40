using System.Text;
using FastFence.Tool.Runs;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>
/// Faults 1 and 2: exporters with four different strings close while others read the names of their fences, pending ones too. A
/// reference keeps the fence, never the name.
/// </summary>
internal sealed class NamesWorkload : Workload
{
    internal const string WrongName = "wrong-name";
    internal const string NamePoison = "name-poison";

    private const int FencesPerExporter = 16;
    private const int Readers = 2;

    private readonly ContextTable _contexts = new();
    private readonly Mailbox[] _mailboxes = [.. Enumerable.Range(0, Readers).Select(static _ => new Mailbox())];
    private readonly long[] _closedAt = new long[4096];
    private long _serial;
    private long _pendingRead;
    private long _read;

    internal NamesWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run) =>
        Bodies = [ReplaceExporters, .. Enumerable.Range(0, Readers).Select<int, Action>(i => () => ReadNames(i))];

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        Counters["exporters_closed"] = _serial;
        Counters["names_read"] = _read;
        Counters["names_read_pending"] = _pendingRead;
    }

    protected override void Dispose(bool disposing)
    {
        _contexts.Dispose();
        Array.ForEach(_mailboxes, static m => m.Dispose());
    }

    private void ReplaceExporters()
    {
        var random = Random(0);
        FenceSource[] sources = new FenceSource[FencesPerExporter];
        while (!Run.IsStopped)
        {
            nint memory = DriverMemory.Create(++_serial, 1);
            nint name = DriverMemory.NameAt(memory, 1);
            Exporter exporter = Run.Engine.CreateExporter(Text(DriverMemory.NameAt(memory, 0)), DriverMemory.Ops, memory);
            Timeline timeline = exporter.CreateTimeline(Text(name), new TimelineOptions { PrivateData = name });
            _contexts.Add(timeline.Context, DriverMemory.NameAt(memory, 0), name, isRing: false);
            for (int i = 0; i < sources.Length; i++)
            {
                sources[i] = Create(timeline);
                _mailboxes[i % Readers].Post(sources[i].Fence);
            }

            // Some are signaled by us, the others by closing.
            Run.Rest((int)random.Next(3));
            for (uint i = 0, n = random.Next(FencesPerExporter); i < n; i++)
            {
                sources[i].Signal();
            }

            Volatile.Write(ref _closedAt[timeline.Context % (ulong)_closedAt.Length], Run.GraceClock + 1);
            exporter.Close();
            Array.ForEach(sources, static s => s.Dispose());
            if (Breaks(NamePoison))
            {
                Judge(DriverMemory.Text(DriverMemory.NameAt(memory, 0)), DriverMemory.Text(name), default, timeline.Context);
            }

            EndRound();
        }
    }

    private void ReadNames(int number)
    {
        var random = Random(1 + number);
        while (!Run.IsStopped)
        {
            if (!_mailboxes[number].TryTake(out Fence fence))
            {
                Thread.Sleep(0);
                continue;
            }

            // With the reference the slot stays this fence's, also when --unsafe leaves the section away.
            if (!fence.TryAcquire(out FenceRef held))
            {
                continue;
            }

            if (Run.Options.Unsafe)
            {
                ReadOne(default, fence, ref random);
            }
            else
            {
                AccessToken token = default;
                using AccessSection section = AccessSection.Begin(ref token);
                ReadOne(section.View, fence, ref random);
            }

            held.Dispose();
        }
    }

    private unsafe void ReadOne(AccessView view, Fence fence, ref RunRandom random)
    {
        bool before = view.IsPending(fence);
        ulong context = fence.Context;
        ReadOnlySpan<byte> driver = view.DriverName(fence);
        ReadOnlySpan<byte> timeline = view.TimelineName(fence);
        if (Run.Options.Unsafe && before && random.Next(4) == 0)
        {
            Thread.Sleep(30); // closing takes two grace periods and the reclaimer's next turn
        }
        else
        {
            RunContext.Dwell(ref random);
        }

        ContextEntry* entry = _contexts.Find(context);
        if (entry == null)
        {
            return; // overwritten by a newer one: nothing to compare with
        }

        bool swapped = Breaks(WrongName);
        bool driverIsReal = Judge(driver, swapped ? entry->Timeline : entry->Driver, "detached-driver"u8, context);
        bool timelineIsReal = Judge(timeline, entry->Timeline, "signaled-timeline"u8, context);

        // Real names before the signal, the others after it, and never back.
        if ((!before && driverIsReal) || (!driverIsReal && timelineIsReal))
        {
            Report(WrongName, $"context {context}: a real name after the signal had been seen");
        }

        Interlocked.Increment(ref _read);
        if (before)
        {
            Interlocked.Increment(ref _pendingRead);
        }
    }

    // True: the real name; false: the one of a signaled fence.
    private bool Judge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> real, ReadOnlySpan<byte> signaled, ulong context)
    {
        if (name.SequenceEqual(signaled))
        {
            return false;
        }

        if (name.IndexOf(DriverMemory.Poison) >= 0)
        {
            long closed = Volatile.Read(ref _closedAt[context % (ulong)_closedAt.Length]);
            long age = closed == 0 ? 0 : Run.GraceClock + 2 - closed;
            Report(NamePoison, $"context {context}: a name whose exporter is gone", age, BitConverter.ToUInt64(name));
        }
        else if (!name.SequenceEqual(real))
        {
            Report(WrongName, $"context {context}: '{Encoding.ASCII.GetString(name)}' instead of '{Encoding.ASCII.GetString(real)}'");
        }

        return true;
    }

    private static string Text(nint name) => Encoding.ASCII.GetString(DriverMemory.Text(name));
}
