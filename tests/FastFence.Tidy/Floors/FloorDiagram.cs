using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Floors;

/// <summary>The picture in src/README.md between two markers, drawn from the sources.</summary>
internal static class FloorDiagram
{
    public const string Page = "src/README.md";

    private const string Begin = "<!-- floors:begin -->\n";
    private const string End = "<!-- floors:end -->";

    public static string Current()
    {
        var populated = Repository.CSharpBelow(CoreCompilation.Folder).Select(file => FloorOrder.Of(file.Path)).ToHashSet();
        return new FloorMatrix(FloorUses.In(CoreCompilation.Real)).ToDiagram(populated.Contains);
    }

    /// <summary>The page with the diagram in place of what stood between the markers.</summary>
    public static string Put(string page, string diagram)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin < 0 || end < begin
            ? throw new InvalidOperationException($"{Page} has lost its markers {Begin.Trim()} and {End}")
            : $"{page[..begin]}{Begin}```\n{diagram}```\n{page[end..]}";
    }
}
