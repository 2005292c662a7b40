using System.Runtime.InteropServices;
using FastFence.NativeSim.Jobs;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

/// <summary>A command as it lies in the host's file.</summary>
[StructLayout(LayoutKind.Explicit, Size = (int)MapLayout.SlotBytes)]
internal struct CommandSlot
{
    internal const ulong NopBit = 1UL << 63;

    [FieldOffset(0)]
    internal ulong Publish;

    [FieldOffset(8)]
    internal RingCommand Command;
}

/// <summary>A ring as the device process sees it. Its engine's thread only.</summary>
internal sealed unsafe class DeviceStream(DeviceMap map, DeviceValues values, uint ring) : JobStream
{
    private readonly CommandSlot* _slots = (CommandSlot*)map.CommandsOf(ring);
    private readonly RingWords* _words = map.RingWordsOf(ring);
    private readonly long* _times = map.TimesOf(ring);
    private readonly uint _mask = map.Layout.Capacity - 1;
    private ulong _taken;
    private ulong _done;
    private bool _active;
    private JobState _said;

    internal uint Ring => ring;

    /// <summary>The number of its entry that it follows.</summary>
    internal uint Number { get; private set; }

    /// <summary>Whose jobs they are.</summary>
    internal ulong Context { get; private set; }

    internal override bool IsLive => _active;

    /// <summary>Position reported last.</summary>
    internal ulong Done => _done;

    protected override ulong Taken => _taken;

    /// <summary>Begins behind a position.</summary>
    internal void Start(uint number, RingEntry* entry)
    {
        Number = number;
        Context = entry->Context;
        Priority = entry->Priority;
        _taken = _done = entry->Start;
        _active = true;
        values.Begin(ring, number, _done);
        Volatile.Write(ref _words->Seen, number);
    }

    /// <summary>Writes nothing for it any more, and says so.</summary>
    internal void End(uint number)
    {
        Number = number;
        _active = false;
        values.Begin(ring, number, _done);

        // [DEVICE-QUIET] release: whatever this engine wrote for the ring stands before its word. Pairs with [DEVICE-QUIET] (the host's look). Without it a
        // write comes behind the end of the ring's fences.
        Volatile.Write(ref _words->Seen, number);
    }

    /// <summary>Is there a command behind the one taken last?</summary>
    internal bool HasNext => (Volatile.Read(ref _slots[(_taken + 1) & _mask].Publish) & ~CommandSlot.NopBit) == _taken + 1;

    /// <summary>Reports everything finished: times, then the word.</summary>
    internal void Report(long now)
    {
        ulong position = Finished;
        for (ulong n = Math.Min(position - _done, _mask + 1UL); n-- > 0;)
        {
            _times[(position - n) & _mask] = now;
        }

        _done = position;
        Write(position);
        values.Reach(ring, position);
    }

    /// <summary>Writes any word.</summary>
    internal void Write(ulong word)
    {
        // [DEVICE-WORD] release, then a full fence: the work stands before its word, and the word before the look at a sleeping poller
        // (DeviceEngine.Interrupt). Pairs with [WORD-READ] and [INTERRUPT-ARM]. Without it a fence is seen signaled before its results, or a completion waits for
        // the poller's whole park.
        Volatile.Write(ref _words->Completion, word);
        Interlocked.MemoryBarrier();
    }

    internal override void Say(JobState state, long endsAt = 0, ulong context = 0, ulong value = 0)
    {
        if (state == _said && state is JobState.Idle or JobState.Waits)
        {
            return;
        }

        _said = state;
        Volatile.Write(ref _words->EndsAt, endsAt);
        Volatile.Write(ref _words->WaitsFor, context);
        Volatile.Write(ref _words->WaitsValue, value);
        Volatile.Write(ref _words->Doing, (uint)state);
    }

    protected override bool TryTake(out RingCommand command)
    {
        ulong next = _taken + 1;
        CommandSlot* slot = _slots + (next & _mask);
        ulong published = Volatile.Read(ref slot->Publish); // [RING-CONSUME]
        command = published == next ? slot->Command : default;
        bool taken = (published & ~CommandSlot.NopBit) == next;
        _taken = taken ? next : _taken;
        return taken;
    }
}
