using FastFence.NativeSim;

namespace FastFence.Tool.Scenarios;

/// <summary>A copy's bytes are there whenever its fence is seen signaled (C14): looked at in the moment it is, without a wait between.</summary>
internal sealed class CopyScenario(ScenarioStage on, ScenarioTally tally)
{
    private const int Slots = 64;
    private const int SlotBytes = 256;

    internal const long DataBytes = 2 * Slots * SlotBytes;

    private readonly FenceRef[] _fences = new FenceRef[Slots];
    private readonly byte[] _expected = new byte[Slots];

    internal void Run(Func<int, bool> ends, ScenarioRow row)
    {
        Span<byte> data = on.Gpu.Data;
        for (int round = 0; !ends(round); round++)
        {
            int slot = round % Slots;
            if (round >= Slots)
            {
                Check(data, slot, row);
            }

            _expected[slot] = (byte)(1 + on.Random.Next(255));
            data.Slice(slot * SlotBytes, SlotBytes).Fill(_expected[slot]);
            RingCommand copy = new()
            {
                Opcode = (uint)DeviceOpcode.Copy,
                Argument0 = (ulong)(slot * SlotBytes),
                Argument1 = (ulong)((Slots + slot) * SlotBytes),
                Argument2 = SlotBytes,
            };
            while (on.Steady.Emit(copy, out _fences[slot]) != EmitResult.Emitted)
            {
                Thread.Yield();
            }

            row.Rounds++;
        }

        for (int slot = 0; slot < Slots; slot++)
        {
            if (_fences[slot].Fence != default)
            {
                Check(data, slot, row);
            }
        }
    }

    private void Check(Span<byte> data, int slot, ScenarioRow row)
    {
        Fence fence = _fences[slot].Fence;
        for (long i = 0; !fence.IsSignaled; i++)
        {
            if (i > 64)
            {
                Thread.Yield();
            }
        }

        Span<byte> copied = data.Slice((Slots + slot) * SlotBytes, SlotBytes);
        byte expected = tally.Breaks("wrong-bytes") ? (byte)0 : _expected[slot];
        tally.Count("wrong-bytes", copied.ContainsAnyExcept(expected) ? 1 : 0, "a fence was seen signaled before its copy");
        row.Count(fence.Status);
        copied.Clear();
        _fences[slot].Dispose();
        _fences[slot] = default;
    }
}
