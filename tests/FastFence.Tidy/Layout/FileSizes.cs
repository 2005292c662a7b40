using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Layout;

/// <summary>A file that has outgrown one screenful of thought holds two ideas.</summary>
internal static class FileSizes
{
    public const int MostLines = 400;

    public static IEnumerable<Finding> Check(IEnumerable<SourceFile> files) =>
        from file in files
        let lines = file.Text.EndsWith('\n') ? file.Lines.Length - 1 : file.Lines.Length
        where lines > MostLines
        select new Finding(file.Path, lines, $"has {lines} lines, {MostLines} are the most");
}
