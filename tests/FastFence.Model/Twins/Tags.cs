// Which access belongs to which tag: the one below the comment that begins with it, or on its line. A comment that speaks of
// a process-wide barrier means the next ProcessBarrier.Issue, too.
using System.Text.RegularExpressions;
using FastFence.Model.Explorer;

namespace FastFence.Model.Twins;

internal static partial class Tags
{
    private const int Reach = 12;

    private static readonly Dictionary<Site, string> s_bySite = new(new ByReference());
    private static readonly Dictionary<(string File, int Line), string> s_byLine = Read();

    /// <summary>Every tag that the engine's sources define.</summary>
    public static IReadOnlyCollection<string> All => new SortedSet<string>(s_byLine.Values, StringComparer.Ordinal);

    /// <summary>The tag of an access, or an empty string.</summary>
    public static string Of(Site site)
    {
        if (!s_bySite.TryGetValue(site, out string? tag))
        {
            string path = site.File.Replace('\\', '/');
            string relative = path[Math.Max(0, path.LastIndexOf("src/FastFence/", StringComparison.Ordinal))..];
            tag = s_byLine.GetValueOrDefault((relative, site.Line), "");
            s_bySite.Add(site, tag);
        }

        return tag;
    }

    private static Dictionary<(string File, int Line), string> Read()
    {
        Dictionary<(string, int), string> tags = [];
        string root = Root();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, "src", "FastFence"), "*.cs", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(root, file).Replace('\\', '/');
            string[] lines = File.ReadAllLines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                if (Definition().Match(lines[i]) is { Success: true } found
                    && !name.Contains("/obj/", StringComparison.Ordinal)
                    && (i == 0 || !Unfinished().IsMatch(lines[i - 1])))
                {
                    Claim(tags, name, lines, i, found.Groups["tag"].Value);
                }
            }
        }

        return tags;
    }

    private static void Claim(Dictionary<(string File, int Line), string> tags, string name, string[] lines, int at, string tag)
    {
        bool own = Access().IsMatch(lines[at].Split("//")[0]);
        bool barrier = false;
        bool access = own;
        if (own)
        {
            tags[(name, at + 1)] = tag;
        }

        for (int i = at; i < Math.Min(lines.Length, at + Reach) && !own; i++)
        {
            bool comment = lines[i].TrimStart().StartsWith("//", StringComparison.Ordinal);
            if (comment && i > at && Definition().IsMatch(lines[i]) && !Unfinished().IsMatch(lines[i - 1]))
            {
                break;
            }

            barrier |= comment && lines[i].Contains("process-wide", StringComparison.Ordinal);
            string code = comment ? "" : lines[i];
            if ((!access && Access().IsMatch(code)) || (barrier && code.Contains("ProcessBarrier.Issue", StringComparison.Ordinal)))
            {
                tags.TryAdd((name, i + 1), tag);
                barrier &= !code.Contains("ProcessBarrier.Issue", StringComparison.Ordinal);
                access = true;
            }
        }
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FastFence.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("FastFence.sln is not above the test's folder.");
    }

    [GeneratedRegex(@"//\s*\[(?<tag>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)\](?=\s(?!and)|$)")]
    private static partial Regex Definition();

    [GeneratedRegex(@"\b(Atomic\.\w+|ProcessBarrier\.Issue)\(")]
    private static partial Regex Access();

    // A comment line whose sentence goes on with tags in the next one.
    [GeneratedRegex(@"^\s*//.*(\band|\bwith|,)\s*$")]
    private static partial Regex Unfinished();

    // Paths are literals: the same object at every call from a place.
    private sealed class ByReference : IEqualityComparer<Site>
    {
        public bool Equals(Site x, Site y) => ReferenceEquals(x.File, y.File) && x.Line == y.Line;

        public int GetHashCode(Site site) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(site.File), site.Line);
    }
}
