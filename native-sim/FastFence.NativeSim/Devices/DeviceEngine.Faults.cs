// What goes wrong, on request: each fault once.
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim.Devices;

internal sealed unsafe partial class DeviceEngine
{
    private const ulong FarBeyond = 1 << 21; // no ring has so many positions

    private DeviceFault _next;
    private long _argument;
    private bool _hangNext;
    private bool _hangs;
    private bool _writesLate;
    private long _extra;
    private long _lateAt;
    private ulong _random;

    private void Take(DeviceFault fault, long argument)
    {
        _argument = argument;
        switch (fault)
        {
            case DeviceFault.None:
                _hangNext = _hangs = _writesLate = false;
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

    // The ring of the job that hangs is taken away: the engine is free again. A late write goes to a place that nobody reads any more.
    private void TakenAway(DeviceStream stream)
    {
        if (!_hangs)
        {
            return;
        }

        _hangs = false;
        if (_writesLate)
        {
            _writesLate = false;
            DeviceStream late = stream;
            ulong position = stream.Done + 1;
            Thread writer = new(() =>
            {
                Thread.Sleep(100); // by then its fences have ended: before, it would be a job that was merely slow
                late.Write(position);
                Interrupt();
            })
            {
                IsBackground = true,
            };
            writer.Start();
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

    private void RaiseLate()
    {
        if (_lateAt != 0 && Clock >= _lateAt)
        {
            _lateAt = 0;
            Interrupt();
        }
    }
}
