using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Documents;

/// <summary>Relative links must lead to a file or folder of the repository. What lies on the web is not asked.</summary>
internal static partial class Links
{
    public static IEnumerable<Finding> Check(IEnumerable<SourceFile> pages, Func<string, bool> exists) =>
        from page in pages
        from line in Markdown.Prose(page)
        from Match link in Target().Matches(line.Text)
        let target = Uri.UnescapeDataString(link.Groups["target"].Value.Split('#')[0])
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal) && !exists(Resolve(page.Folder, target))
        select new Finding(page.Path, line.Line, $"links to {target}, which does not exist");

    private static string Resolve(string folder, string target)
    {
        if (target.StartsWith('/'))
        {
            return target[1..];
        }

        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(<?(?<target>[^)\s>]+)>?(?:\s+""[^""]*"")?\)|^\[[^\]]+\]:\s+(?<target>\S+)")]
    private static partial Regex Target();
}
