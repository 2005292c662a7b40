using System.Globalization;
using FastFence.Atomics;
using FastFence.Recording;

namespace FastFence.Telemetry;

/// <summary>A callback that a thread was inside of when the recorder's memory was read: where it died, if it did.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="ThreadId">OS number of the thread.</param>
/// <param name="ThreadName">Its name; empty when it has none.</param>
/// <param name="Function">The callback's address; 0 for a delegate.</param>
/// <param name="Module">File of the code at that address; empty when it lies in none that was written down.</param>
/// <param name="Offset">The address as that file counts, for addr2line.</param>
/// <param name="Context">Context of the fence.</param>
/// <param name="Seqno">Its seqno.</param>
/// <param name="Driver">Name of its driver.</param>
/// <param name="Timeline">Name of its timeline.</param>
internal sealed unsafe record RecordedCall(
    int ProcessId, int ThreadId, string ThreadName, ulong Function, string Module, ulong Offset, ulong Context, ulong Seqno, string Driver, string Timeline)
{
    /// <summary>The calls in an area, checked by <see cref="RecordFile"/>; of a running process those that did not change meanwhile.</summary>
    public static IReadOnlyList<RecordedCall> In(RecordArea* area)
    {
        List<RecordedCall> calls = [];
        for (uint i = 0; i < Math.Min(Atomic.LoadAcquire(ref area->RingsUsed), area->RingSlots); i++)
        {
            RecordRing* ring = RecordArea.RingAt(area, i);
            if (RecordCall.TryRead(ref ring->Call, out RecordCall call))
            {
                calls.Add(Of(area, ring, call));
            }
        }

        return calls;
    }

    /// <summary>What happened, in words.</summary>
    public override string ToString()
    {
        string thread = ThreadName.Length == 0 ? string.Empty : $" ({ThreadName})";
        string function = Function == 0 ? "a delegate" : Module.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"the callback 0x{Function:x}")
            : string.Create(CultureInfo.InvariantCulture, $"the callback 0x{Function:x} = {Module}+0x{Offset:x}");
        return string.Create(CultureInfo.InvariantCulture, $"thread {ThreadId}{thread} of process {ProcessId}: inside {function} of fence {Context}:{Seqno} ({Driver}, {Timeline})");
    }

    private static RecordedCall Of(RecordArea* area, RecordRing* ring, RecordCall call)
    {
        (string module, ulong offset) = ModuleOf(area, call.Function);
        string name = ring->NamedFor == ring->ThreadId ? RecordSource.TextOf(ring->Name, RecordRing.NameBytes) : string.Empty;
        return new(
            area->ProcessId, ring->ThreadId, name, call.Function, module, offset, call.Context, call.Seqno, NameOf(area, (uint)call.Names), NameOf(area, (uint)(call.Names >> 32)));
    }

    private static (string Module, ulong Offset) ModuleOf(RecordArea* area, ulong address)
    {
        RecordModule* module = RecordArea.ModuleOf(area, address);
        return module == null ? (string.Empty, 0) : (RecordSource.TextOf(module->Path, RecordModule.PathBytes), address - module->Bias);
    }

    private static string NameOf(RecordArea* area, uint id)
    {
        for (uint slot = 0; slot < Math.Min(area->NamesUsed, area->NameSlots); slot++)
        {
            RecordName* name = RecordArea.NameAt(area, slot);
            if (id != 0 && Atomic.LoadAcquire(ref name->Id) == id)
            {
                return System.Text.Encoding.UTF8.GetString(name->Text, (int)Math.Min(name->Length, NameTable.MaxBytes));
            }
        }

        return string.Empty;
    }
}
