namespace FastFence.Tool.Demos;

/// <summary>
/// Fences that observers may look at, each with the number of its driver. An observer reads both words and then the first again, so a
/// pair is of one fence.
/// </summary>
internal sealed class UnloadFences(int count)
{
    private readonly ulong[] _handles = new ulong[count];
    private readonly long[] _numbers = new long[count];

    /// <summary>Puts a fence in place of another. One thread.</summary>
    internal void Put(int place, Fence fence, long number)
    {
        Interlocked.Exchange(ref _handles[place], 0);
        Interlocked.Exchange(ref _numbers[place], number);
        Interlocked.Exchange(ref _handles[place], fence.Value);
    }

    /// <summary>One of them; false when it is just being replaced. Any thread.</summary>
    internal bool TryPick(uint random, out Fence fence, out long number)
    {
        uint place = random % (uint)_handles.Length;
        ulong handle = Volatile.Read(ref _handles[place]);
        number = Volatile.Read(ref _numbers[place]);
        fence = Fence.FromValue(handle);
        return handle != 0 && Volatile.Read(ref _handles[place]) == handle;
    }
}
