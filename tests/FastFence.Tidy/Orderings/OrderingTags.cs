// Reads comments line by line, not as syntax trivia: a tag in code that is compiled only under the model (#if) counts too.
//
//   // [QS-REPORT] release: our loads stay before the report. Without it a slot we still read could be reused.
//   // Pairs with [GP-SCAN].
//
// A definition is a comment whose first word is the tag; it runs over the comment lines that follow, up to the next one.
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Orderings;

internal static partial class OrderingTags
{
    private const string Tag = @"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+";

    public static IEnumerable<OrderingTag> In(SourceFile file)
    {
        var lines = file.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Definition().Match(lines[i]) is not { Success: true } found)
            {
                continue;
            }

            var words = new List<string> { lines[i][found.Index..] };
            while (i + words.Count < lines.Length
                && CommentLine().Match(lines[i + words.Count]) is { Success: true } next
                && !Definition().IsMatch(lines[i + words.Count]))
            {
                words.Add(next.Groups["text"].Value);
            }

            var partners = Partners().Matches(string.Join(' ', words))
                .SelectMany(match => Bracketed().Matches(match.Groups["tags"].Value))
                .Select(match => match.Groups["tag"].Value);
            yield return new(found.Groups["tag"].Value, file.Path, i + 1, [.. partners]);
        }
    }

    /// <summary>Partners nobody defines, tags that name no partner, tags without a heading, headings without a tag.</summary>
    /// <param name="files">Sources to look for tags in.</param>
    /// <param name="ledger">The ordering ledger, if there is one.</param>
    public static IEnumerable<Finding> Check(IEnumerable<SourceFile> files, SourceFile? ledger)
    {
        var tags = files.SelectMany(In).ToList();
        var defined = tags.Select(tag => tag.Name).ToHashSet();
        foreach (var tag in tags)
        {
            foreach (var partner in tag.Partners.Where(partner => !defined.Contains(partner)))
            {
                yield return new(tag.Path, tag.Line, $"[{tag.Name}] pairs with [{partner}], which no comment defines");
            }
        }

        var headings = ledger is null ? [] : Headings(ledger);
        foreach (var group in tags.GroupBy(tag => tag.Name))
        {
            var first = group.First();
            if (group.All(tag => tag.Partners.IsEmpty))
            {
                yield return new(first.Path, first.Line, $"[{group.Key}] says \"Pairs with [...]\" nowhere");
            }

            if (ledger is null)
            {
                yield return new(first.Path, first.Line, $"[{group.Key}] has no heading: src/FastFence/ORDERING.md does not exist");
            }
            else if (!headings.ContainsKey(group.Key))
            {
                yield return new(first.Path, first.Line, $"[{group.Key}] has no heading \"## [{group.Key}]\" in {ledger.Path}");
            }
        }

        foreach (var (heading, line) in headings.Where(heading => !defined.Contains(heading.Key)))
        {
            yield return new(ledger!.Path, line, $"[{heading}] has a heading, but no comment in the sources defines it");
        }
    }

    private static Dictionary<string, int> Headings(SourceFile ledger)
    {
        var headings = new Dictionary<string, int>();
        var lines = ledger.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Heading().Match(lines[i]) is { Success: true } heading)
            {
                headings[heading.Groups["tag"].Value] = i + 1;
            }
        }

        return headings;
    }

    [GeneratedRegex(@"//+\s*\[(?<tag>" + Tag + @")\]\s")]
    private static partial Regex Definition();

    [GeneratedRegex(@"^\s*//+(?<text>.*)$")]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"[Pp]airs\s+with\s+(?<tags>\[" + Tag + @"\](?:(?:\s*,\s*|\s+and\s+|\s*,\s*and\s+)\[" + Tag + @"\])*)")]
    private static partial Regex Partners();

    [GeneratedRegex(@"\[(?<tag>" + Tag + @")\]")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^## \[?(?<tag>" + Tag + @")\]?(?:\s|$)")]
    private static partial Regex Heading();
}
