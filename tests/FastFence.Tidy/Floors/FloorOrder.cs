using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Floors;

/// <summary>The floors of the core library. Each may use only those that stand before it in the list.</summary>
internal static class FloorOrder
{
    public const int NotCore = -1;
    public const int NoSuchFloor = -2;

    public static IReadOnlyList<string> Names { get; } =
    [
        "Platform", "Atomics", "Memory", "Recording", "Reclamation", "Fences", "Waiting", "Family", "Rings", "Polling", "Telemetry",
        "(root)", // files that lie in no folder: the public API, which everything may stand below and nothing may need
    ];

    /// <summary>The floor of a file is the first folder below the core's.</summary>
    public static int Of(string path)
    {
        if (!path.StartsWith(CoreCompilation.Folder, StringComparison.Ordinal))
        {
            return NotCore;
        }

        var below = path[CoreCompilation.Folder.Length..];
        var slash = below.IndexOf('/', StringComparison.Ordinal);
        var floor = slash < 0 ? Names.Count - 1 : Names.IndexOf(below[..slash]);
        return floor < 0 ? NoSuchFloor : floor;
    }

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return NoSuchFloor;
    }
}
