// What goes wrong, on request: each fault once.
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

internal sealed unsafe partial class DeviceEngine
{
    private const ulong FarBeyond = 1 << 21; // no ring has so many positions

    private DeviceFault _next;
    private long _argument;
    private bool _hangNext;
    private bool _writesLate;
    private DeviceStream? _hung;
    private DeviceStream? _late;
    private ulong _latePosition;
    private ulong _lateContext;
    private long _extra;
    private long _lateAt;
    private ulong _random;

    private void Take(DeviceFault fault, long argument)
    {
        _argument = argument;
        switch (fault)
        {
            case DeviceFault.None:
                _hangNext = _writesLate = false;
                _hung = null;
                _next = DeviceFault.None;
                break;
            case DeviceFault.Hang or DeviceFault.LateWrite:
                _hangNext = true;
                _writesLate = fault == DeviceFault.LateWrite;
                break;
            case DeviceFault.Slow:
                _extra = argument;
                break;
            case DeviceFault.SpuriousInterrupt:
                Interrupt();
                break;
            case DeviceFault.EngineDeath:
                _ended = true;
                break;
            default:
                _next = fault;
                break;
        }
    }

    private long TakeExtraTime()
    {
        long extra = _extra;
        _extra = 0;
        return extra;
    }

    // The ring of the job that hangs is taken away: the engine is free again.
    private void TakenAway(DeviceStream stream)
    {
        if (_hung != stream)
        {
            return;
        }

        _hung = null;
        if (_writesLate)
        {
            _writesLate = false;
            _late = stream;
            _latePosition = stream.Done + 1;
            _lateContext = stream.Context;
        }
    }

    // Its fences have ended, and the ring has gone on elsewhere: that is late. The place is one that nobody reads any more.
    private void WriteLate(DeviceStream stream)
    {
        if (_late != null && _late != stream && stream.Context == _lateContext)
        {
            _late.Write(_latePosition);
            _late = null;
            Interrupt();
        }
    }

    private bool TryBreakWord(DeviceStream stream)
    {
        _random = (_random * 6364136223846793005) + (ulong)Clock;
        ulong? word = _next switch
        {
            DeviceFault.WordJumps => stream.Done + FarBeyond,
            DeviceFault.WordGoesBack => stream.Done - 1,
            DeviceFault.WordIsGarbage => _random | (1UL << 40),
            _ => null,
        };
        if (word == null)
        {
            return false;
        }

        _next = DeviceFault.None;
        stream.Write(word.Value);
        return true;
    }

    private void RaiseInterrupt()
    {
        switch (_next)
        {
            case DeviceFault.LostInterrupt:
                _next = DeviceFault.None;
                break;
            case DeviceFault.LateInterrupt:
                _next = DeviceFault.None;
                _lateAt = Clock + _argument;
                break;
            default:
                Interrupt();
                break;
        }
    }

    // Interrupts that were held back: by a fault, or to come with others.
    private void RaiseDue()
    {
        if (_coalescer.DueAt != long.MaxValue && _coalescer.TryTake(Clock))
        {
            RaiseInterrupt();
        }

        if (_lateAt != 0 && Clock >= _lateAt)
        {
            _lateAt = 0;
            Interrupt();
        }
    }
}
