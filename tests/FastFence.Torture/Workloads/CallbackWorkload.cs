using System.Runtime.InteropServices;
using FastFence.Memory;
using FastFence.Platform;
using FastFence.Torture.Runs;

namespace FastFence.Torture.Workloads;

/// <summary>Fault 5: an observer frees what a callback uses as soon as the fence is quiesced; signaled alone would be too early.</summary>
internal sealed unsafe class CallbackWorkload : Workload
{
    internal const string EarlyFree = "early-free";
    internal const string QuiescedEarly = "quiesced-early";

    private const int Batch = 32;
    private const ulong Magic = 0x63616C6C6261636B;

    private readonly Duel _duel = new();
    private readonly Timeline _timeline;
    private readonly FenceSource[] _sources = new FenceSource[Batch];
    private readonly Cell* _cells = (Cell*)NativeMemory.AlignedAlloc(Batch * (nuint)sizeof(Cell), 64);
    private readonly GCHandle _self;
    private long _ran;
    private long _added;

    internal CallbackWorkload(WorkloadEntry entry, RunContext run)
        : base(entry, run)
    {
        _timeline = run.Engine.CreateTimeline("torture-callbacks");
        _self = GCHandle.Alloc(this);
        Bodies = [() => _duel.Lead(run, Prepare, Signal, After), () => _duel.Follow(Observe)];
    }

    internal override IReadOnlyList<Action> Bodies { get; }

    internal override void Judge()
    {
        _timeline.Close();
        Counters["callbacks_added"] = _added;
        Counters["callbacks_run"] = _ran;
        if (_added != _ran)
        {
            Report(QuiescedEarly, $"{_added} callbacks were accepted and {_ran} ran");
        }
    }

    protected override void Dispose(bool disposing)
    {
        _self.Free();
        NativeMemory.AlignedFree(_cells);
    }

    private void Prepare()
    {
        for (int i = 0; i < Batch; i++)
        {
            _cells[i] = new Cell { Magic = Magic, Owner = GCHandle.ToIntPtr(_self) };
            _sources[i] = Create(_timeline);
            bool added = _sources[i].Fence.AddCallback(&OnSignaled, (nint)(_cells + i), out _) == AddCallbackResult.Added;
            _added += added ? 1 : 0;
            _cells[i].Done = added ? 0u : 1; // refused at the bound: there is none to wait for
        }
    }

    private void Signal() => Array.ForEach(_sources, static s => s.Signal());

    private void After()
    {
        Array.ForEach(_sources, static s => s.Dispose());
        EndRound();
    }

    private void Observe()
    {
        bool tooSoon = Breaks(EarlyFree) || Breaks(QuiescedEarly);
        for (int i = 0; i < Batch; i++)
        {
            Fence fence = _sources[i].Fence;
            for (int spins = 0; !(tooSoon ? fence.IsSignaled : fence.IsQuiesced); spins++)
            {
                if (spins > 64)
                {
                    CurrentThread.Yield();
                }
            }

            if (Volatile.Read(ref _cells[i].Done) == 0 && !Breaks(EarlyFree))
            {
                Report(QuiescedEarly, $"seqno {fence.Seqno}: quiesced, and its callback has not returned");
            }

            Volatile.Write(ref _cells[i].Magic, Poison.Pattern);
        }
    }

    private static void OnSignaled(Fence fence, nint state)
    {
        Cell* cell = (Cell*)state;
        CallbackWorkload owner = (CallbackWorkload)GCHandle.FromIntPtr(cell->Owner).Target!;
        owner._ran++; // callbacks of one timeline, signaled by one thread

        // Off the core now and then: the observer has to find the callback running.
        CurrentThread.Yield();
        if (owner.Breaks(EarlyFree) || owner.Breaks(QuiescedEarly))
        {
            Thread.Sleep(1);
        }

        ulong magic = Volatile.Read(ref cell->Magic);
        if (magic != Magic)
        {
            owner.Report(EarlyFree, $"seqno {fence.Seqno}: freed under its running callback", poison: magic);
        }

        Volatile.Write(ref cell->Done, 1);
    }

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Cell
    {
        [FieldOffset(0)]
        public ulong Magic;

        [FieldOffset(8)]
        public nint Owner;

        [FieldOffset(16)]
        public uint Done;
    }
}
