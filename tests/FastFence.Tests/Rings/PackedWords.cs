using System.Runtime.InteropServices;
using FastFence.Polling;
using FastFence.Rings;
using Xunit;

namespace FastFence.Tests.Rings;

/// <summary>A stepped engine whose rings have their words side by side; the test is device and poller.</summary>
internal sealed unsafe class PackedWords : IDisposable
{
    private const int Most = 64;

    private readonly ulong* _words = (ulong*)NativeMemory.AlignedAlloc(Most * sizeof(ulong), 64);
    private readonly List<FenceRef> _held = [];

    public PackedWords(int rings, FenceEngineOptions? options = null, Func<int, RingOptions, RingOptions>? with = null)
    {
        NativeMemory.Clear(_words, Most * sizeof(ulong));
        Engine = new FenceEngine(options ?? new FenceEngineOptions { StartPoller = false });
        for (int i = 0; i < rings; i++)
        {
            Add(i, with);
        }
    }

    public FenceEngine Engine { get; }

    public QuietDevice Device { get; } = new();

    public List<FenceRing> Rings { get; } = [];

    public RingSet* Set => RingSet.Of(Engine.Poller.Block);

    public void Add(int place, Func<int, RingOptions, RingOptions>? with = null)
    {
        RingOptions options = new() { Capacity = 64, CompletionWord = (nint)(_words + place), Watchdog = Timeout.InfiniteTimeSpan, Device = Device };
        Rings.Add(Engine.CreateRing($"ring {place}", with?.Invoke(place, options) ?? options));
    }

    public Fence Emit(int ring)
    {
        Assert.Equal(EmitResult.Emitted, Rings[ring].Emit(new RingCommand { Opcode = 1 }, out FenceRef fence));
        return Hold(fence);
    }

    public Fence Hold(FenceRef fence)
    {
        _held.Add(fence);
        return fence.Fence;
    }

    public int Turn() => Engine.Poller.DoWork();

    /// <summary>Turns until each ring is settled: afterwards they go by words and attention alone.</summary>
    public void Settle()
    {
        while (Turn() != 0)
        {
        }

        Assert.Equal((0u, 0u), (Set->IsNew, Engine.Poller.Block->Wake.Attention));
    }

    /// <summary>The settled word of a ring, as the set has it.</summary>
    public ulong SettledOf(FenceRing ring) => RingSet.SettledOf(Set)[PlaceOf(ring)];

    public int PlaceOf(FenceRing ring)
    {
        for (int i = 0; i < Set->Count; i++)
        {
            if (RingSet.Items(Set)[i] == ring.Block)
            {
                return i;
            }
        }

        return -1;
    }

    public void Dispose()
    {
        _held.ForEach(f => f.Dispose());
        Device.IsQuiet = true;
        Engine.Dispose();
        NativeMemory.AlignedFree(_words);
    }

    /// <summary>A device that comes to rest when asked, or does not: then nobody but the test's turns touches a faulted ring.</summary>
    internal sealed class QuietDevice : FenceDevice
    {
        public bool IsQuiet { get; set; } = true;

        public override bool CheckHealth() => true;

        public override bool Quiesce(TimeSpan timeout) => IsQuiet;
    }
}
