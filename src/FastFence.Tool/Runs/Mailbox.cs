using System.Runtime.InteropServices;

namespace FastFence.Tool.Runs;

/// <summary>
/// Weak handles on their way from one submitter to any observer: the newest first, so that they are pending, and old ones are
/// overwritten. A handle that comes late is stale, which is what handles are for.
/// </summary>
internal sealed unsafe class Mailbox : IDisposable
{
    private const int Slots = 256;
    private const int Reach = 8;

    // The writer's cursor has a line of its own behind the slots.
    private readonly ulong* _slots = (ulong*)NativeMemory.AlignedAlloc((Slots + 16) * sizeof(ulong), 128);

    internal Mailbox() => NativeMemory.Clear(_slots, (Slots + 16) * sizeof(ulong));

    private ref ulong Written => ref _slots[Slots];

    /// <summary>Puts a handle in. The one submitter.</summary>
    internal void Post(Fence fence)
    {
        ulong at = Written;
        Volatile.Write(ref _slots[at % Slots], fence.Value);
        Volatile.Write(ref Written, at + 1);
    }

    /// <summary>Takes one of the newest handles out. Any thread; each handle goes to one.</summary>
    internal bool TryTake(out Fence fence)
    {
        ulong written = Volatile.Read(ref Written);
        for (ulong back = 1; back <= Reach && back <= written; back++)
        {
            ref ulong slot = ref _slots[(written - back) % Slots];
            if (Volatile.Read(ref slot) == 0)
            {
                continue;
            }

            ulong value = Interlocked.Exchange(ref slot, 0);
            if (value != 0)
            {
                fence = Fence.FromValue(value);
                return true;
            }
        }

        fence = default;
        return false;
    }

    public void Dispose() => NativeMemory.AlignedFree(_slots);
}
