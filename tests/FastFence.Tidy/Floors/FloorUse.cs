using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Floors;

/// <summary>One place where a file of one floor names something of another (or its own).</summary>
internal readonly record struct FloorUse(string Path, int Line, int From, int To, string What)
{
    public bool IsUpward => To > From;

    public Finding ToFinding() => new(
        Path, Line, $"floor {FloorOrder.Names[From]} uses {What} of floor {FloorOrder.Names[To]}, which stands above it");
}
