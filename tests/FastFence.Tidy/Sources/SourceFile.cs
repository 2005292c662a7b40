namespace FastFence.Tidy.Sources;

/// <summary>A file as the checks see it. They take lists of these, so that a known-bad twin is just another list.</summary>
/// <param name="Path">From the repository's root, with forward slashes.</param>
/// <param name="Text">The whole file.</param>
internal sealed record SourceFile(string Path, string Text)
{
    public string[] Lines => Text.ReplaceLineEndings("\n").Split('\n');

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";
}
