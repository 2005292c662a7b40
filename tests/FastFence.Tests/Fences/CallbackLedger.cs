using System.Runtime.InteropServices;
using Xunit;

namespace FastFence.Tests.Fences;

/// <summary>
/// Who was accepted, who ran, who was removed (C11): an accepted callback runs exactly once or is removed, never both; a
/// refused one does neither. One thread adds and removes; runs come from anywhere and count in native memory.
/// </summary>
internal sealed unsafe class CallbackLedger(int count)
{
    private readonly int[] _added = new int[count];
    private readonly int[] _removed = new int[count];

    // As long as the process: a run that comes too late must meet memory, to be seen.
    private readonly int* _runs = (int*)NativeMemory.AllocZeroed((nuint)count, sizeof(int));

    /// <summary>State for the callback of an entry.</summary>
    public nint CellOf(int entry) => (nint)(_runs + entry);

    /// <summary>The callback.</summary>
    public static void Run(Fence fence, nint state) => Interlocked.Increment(ref *(int*)state);

    public void Added(int entry, bool accepted) => _added[entry] += accepted ? 1 : 0;

    public void Removed(int entry, bool removed) => _removed[entry] += removed ? 1 : 0;

    public void Verify()
    {
        for (int i = 0; i < count; i++)
        {
            int runs = Volatile.Read(ref _runs[i]);
            Assert.True(_added[i] == _removed[i] + runs, $"callback {i}: accepted {_added[i]}, removed {_removed[i]}, ran {runs}");
        }
    }

    public void Reset()
    {
        Array.Clear(_added);
        Array.Clear(_removed);
        new Span<int>(_runs, count).Clear();
    }
}
