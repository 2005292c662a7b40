namespace FastFence.Model.Explorer;

/// <summary>Names of words, for traces: a case gives some; the others show their address.</summary>
internal static class Names
{
    private static readonly Dictionary<nint, string> s_names = [];

    public static void Clear() => s_names.Clear();

    public static unsafe void Set<T>(ref T word, string name)
        where T : unmanaged => s_names[(nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref word)] = name;

    public static string Of(nint address) => s_names.TryGetValue(address, out string? name) ? name : $"[{address & 0xFFF_FFFF:x}]";
}
