// The device's memory as its host sees it: for who reads results, and for who checks or breaks a device.
using FastFence.NativeSim.Hosts;
using FastFence.NativeSim.Jobs;
using FastFence.NativeSim.Mappings;

namespace FastFence.NativeSim;

public sealed partial class ProcessGpu
{
    /// <summary>Interrupts that the present device says it has raised: a hint. Fewer than jobs where they are held back (<see cref="ProcessGpuOptions.InterruptJobs"/>).</summary>
    public unsafe long InterruptsRaised
    {
        get
        {
            lock (_gate)
            {
                ulong raised = 0;
                for (uint i = 0; _life is { } life && i < life.Map.Layout.Engines; i++)
                {
                    raised += Volatile.Read(ref life.Map.EngineWordsOf(i)->Interrupts);
                }

                return (long)raised;
            }
        }
    }

    /// <summary>64 bits of the present device's data.</summary>
    /// <param name="offset">In bytes.</param>
    /// <exception cref="InvalidOperationException">There is no device.</exception>
    public ulong ReadValue(long offset)
    {
        lock (_gate)
        {
            return DeviceData.Read(PresentData, offset);
        }
    }

    /// <summary>A time that <see cref="DeviceOpcode.Timestamp"/> wrote.</summary>
    /// <param name="offset">In bytes.</param>
    /// <param name="notBefore">Monotonic ns: when its job was emitted.</param>
    /// <param name="nanoseconds">The time; 0 if it is not believed.</param>
    /// <returns>False when it lies before that or in the future: a device that is broken may write anything.</returns>
    /// <exception cref="InvalidOperationException">There is no device.</exception>
    public bool TryReadTime(long offset, long notBefore, out long nanoseconds)
    {
        lock (_gate)
        {
            return DeviceData.TryReadTime(PresentData, offset, notBefore, out nanoseconds);
        }
    }

    private Span<byte> PresentData => _life is { } life ? life.Map.Data : throw new InvalidOperationException("The device is lost, or was not started: call Start.");

    // The device's data in this life, for who checks what it did. Good while the ring is in this life.
    internal Span<byte> Data => _life!.Map.Data;

    // All that the device may write, for who plays a broken one.
    internal Span<byte> Writable => _life!.Map.Writable;

    /// <summary>Writes random bytes into all that the device may write, mostly where the words are: what a broken device could do.</summary>
    internal void Scribble(ulong seed, int writes)
    {
        lock (_gate)
        {
            if (_life is not { IsDead: false } life)
            {
                return;
            }

            Span<byte> writable = life.Map.Writable;
            int words = (int)Math.Min((ulong)writable.Length, life.Map.Layout.Times);
            ulong state = seed | 1;
            for (int i = 0; i < writes; i++)
            {
                ulong where = Next(ref state) % (ulong)((Next(ref state) % 8 == 0 ? writable.Length : words) - sizeof(ulong));
                BitConverter.TryWriteBytes(writable[(int)where..], Next(ref state));
            }
        }
    }

    // Marsaglia's xorshift64.
    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        return state ^= state << 17;
    }

    // The completion word of a place that a reset ring has left, for tests.
    internal unsafe ulong WordOfBurntPlace(uint place) => Volatile.Read(ref _life!.Map.RingWordsOf(place)->Completion);

    // Is a job of that ring in flight? What the device says.
    internal unsafe bool IsExecuting(FenceRing ring)
    {
        lock (_gate)
        {
            return _seats.TryGetValue(ring, out RingSeat? seat)
                && Volatile.Read(ref seat.Life.Map.EngineWordsOf(seat.Engine)->Executing) == seat.Place + 1;
        }
    }
}
