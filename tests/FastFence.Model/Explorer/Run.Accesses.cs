using FastFence.Model.Twins;
using FastFence.Platform;

namespace FastFence.Model.Explorer;

internal sealed partial class Run
{
    public ulong Load(nint address, int size, Order order, Site site)
    {
        Point(address);
        WeakenKind weak = WeakenedBy(site, "Load");
        if (weak == WeakenKind.Relaxed)
        {
            order = Order.Plain;
        }

        ulong value = weak switch
        {
            WeakenKind.Repeat when _lastLoaded.TryGetValue((Me, address), out ulong last) => last,
            WeakenKind.Removed => _memory.First(address, size),
            WeakenKind.Forged => Raw.Cut(Weakening!.Forge!(LoadChoosing(address, size, order == Order.Acquire)), size),
            _ => LoadChoosing(address, size, order == Order.Acquire),
        };
        if (Weakening?.Kind == WeakenKind.Repeat)
        {
            _lastLoaded[(Me, address)] = value;
        }

        Trace?.Add($"T{Me}  {site,-26} {Names.Of(address)} → {value:X}{(order == Order.Plain ? " (plain)" : "")}");
        return value;
    }

    public void Store(nint address, int size, ulong value, Order order, Site site)
    {
        Point(address);
        WeakenKind weak = WeakenedBy(site, "Store");
        bool release = order == Order.Release && weak is WeakenKind.None or WeakenKind.Forged;
        if (weak == WeakenKind.Removed)
        {
            Trace?.Add($"T{Me}  {site,-26} {Names.Of(address)} := {value:X} (not made)");
            return;
        }

        value = weak == WeakenKind.Forged ? Raw.Cut(Weakening!.Forge!(value), size) : value;
        _memory.Store(Me, address, size, value, release);
        Trace?.Add($"T{Me}  {site,-26} {Names.Of(address)} := {value:X}{(release ? "" : " (plain)")}");
    }

    public ulong Rmw(nint address, int size, RmwKind kind, ulong operand, ulong expected, Site site)
    {
        Point(address);
        WeakenKind weak = WeakenedBy(site, "Rmw");
        ulong was = weak == WeakenKind.Torn ? Torn(address, size, kind, operand, expected)
            : weak == WeakenKind.Removed ? (kind == RmwKind.CompareExchange ? expected : LoadChoosing(address, size, acquire: false))
            : _memory.ReadModifyWrite(Me, address, size, kind, operand, expected, full: weak is WeakenKind.None or WeakenKind.Forged);
        was = weak == WeakenKind.Forged ? Raw.Cut(Weakening!.Forge!(was), size) : was;
        Trace?.Add($"T{Me}  {site,-26} {Names.Of(address)} {kind} {operand:X}{(kind == RmwKind.CompareExchange ? $" for {expected:X}" : "")}, was {was:X}{(weak == WeakenKind.None ? "" : $" ({weak})")}");
        return was;
    }

    public void Fence(Site site)
    {
        Point(0);
        if (WeakenedBy(site, "Fence") == WeakenKind.None)
        {
            _memory.Fence(Me);
            Trace?.Add($"T{Me}  {site,-26} full fence");
        }
    }

    public void ProcessBarrier(Site site)
    {
        Point(0);
        if (WeakenedBy(site, "Barrier") == WeakenKind.None)
        {
            _memory.ProcessBarrier(Me);
            Trace?.Add($"T{Me}  {site,-26} process-wide barrier");
        }
    }

    /// <summary>The kernel compares and sleeps in one step, behind a barrier of its own.</summary>
    public FutexResult FutexWait(nint address, uint expected)
    {
        Point(address);
        _memory.Fence(Me);
        uint value = (uint)LoadChoosing(address, sizeof(uint), acquire: true);
        if (value != expected)
        {
            Trace?.Add($"T{Me}  futex wait on {Names.Of(address)}: is {value:X}");
            return FutexResult.ValueDiffers;
        }

        Trace?.Add($"T{Me}  sleeps on {Names.Of(address)}");
        Worker me = _workers[Me];
        me.SleepsOn = address;
        SwitchAway(me);
        bool timedOut = me.TimedOut;
        me.TimedOut = false;
        Trace?.Add($"T{Me}  wakes{(timedOut ? " by its deadline" : "")}");
        return timedOut ? FutexResult.TimedOut : FutexResult.Woken;
    }

    public int FutexWake(nint address, int count)
    {
        Point(address);
        _memory.Fence(Me);
        int woken = 0;
        foreach (Worker worker in _workers)
        {
            if (woken < count && !worker.Finished && worker.SleepsOn == address)
            {
                worker.SleepsOn = 0;
                woken++;
            }
        }

        Trace?.Add($"T{Me}  futex wake on {Names.Of(address)}: {woken}");
        return woken;
    }

    /// <summary>Reads a word of the case's that only ordered threads may touch.</summary>
    public unsafe ulong ReadData(ref ulong word)
    {
        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref word);
        Point(address);
        _memory.Advance(Me);
        Trace?.Add($"T{Me}  reads data {Names.Of(address)}");
        if (_races.Read(Me, address, _memory.Now(Me)))
        {
            Fail($"T{Me} reads {Names.Of(address)} while another thread writes it");
        }

        return word;
    }

    /// <summary>Writes a word of the case's that only ordered threads may touch.</summary>
    public unsafe void WriteData(ref ulong word, ulong value)
    {
        nint address = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref word);
        Point(address);
        _memory.Advance(Me);
        Trace?.Add($"T{Me}  writes data {Names.Of(address)}");
        if (_races.Write(Me, address, _memory.Now(Me)))
        {
            Fail($"T{Me} writes {Names.Of(address)} while another thread uses it");
        }

        word = value;
    }

    private ulong LoadChoosing(nint address, int size, bool acquire)
    {
        int candidates = Math.Min(3, _memory.Candidates(Me, address, size));
        int age = 0;
        if (candidates > 1 && _left.StaleReads > 0)
        {
            age = Choices.Next(candidates);
            _left = age == 0 ? _left : _left with { StaleReads = _left.StaleReads - 1 };
        }

        return _memory.Load(Me, address, size, acquire, age);
    }

    private ulong Torn(nint address, int size, RmwKind kind, ulong operand, ulong expected)
    {
        _memory.Fence(Me);
        ulong was = LoadChoosing(address, size, acquire: true);
        Point(address);
        if (kind != RmwKind.CompareExchange || was == expected)
        {
            _memory.Store(Me, address, size, Raw.Cut(Raw.Apply(kind, was, operand, expected), size), release: true);
        }

        _memory.Fence(Me);
        return was;
    }

    private WeakenKind WeakenedBy(Site site, string operation)
    {
        if (Weakening?.Also is { } also && Tags.Of(site) == also)
        {
            return WeakenKind.Relaxed;
        }

        if (Weakening is null || !Weakening.Concerns(site, operation))
        {
            return WeakenKind.None;
        }

        Weakened++;
        return Weakening.Kind;
    }
}
