using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Documents;

/// <summary>A fenced block of a page: its language, its first line's number and its text.</summary>
internal sealed record CodeBlock(string Language, int Line, string Text);

/// <summary>As much of Markdown as the checks need: fenced blocks on one side, prose without code on the other.</summary>
internal static partial class Markdown
{
    public static IEnumerable<CodeBlock> Blocks(SourceFile page) => Split(page).Blocks;

    /// <summary>The prose, line by line with its number; blocks and inline code are blanked out.</summary>
    public static IEnumerable<(int Line, string Text)> Prose(SourceFile page) => Split(page).Prose;

    private static (ImmutableArray<CodeBlock> Blocks, ImmutableArray<(int Line, string Text)> Prose) Split(SourceFile page)
    {
        var blocks = ImmutableArray.CreateBuilder<CodeBlock>();
        var prose = ImmutableArray.CreateBuilder<(int, string)>();
        var lines = page.Lines;
        var open = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            var isFence = lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (isFence && open < 0)
            {
                open = i;
            }
            else if (isFence)
            {
                blocks.Add(new(lines[open].Trim().TrimStart('`').Trim(), open + 2, string.Join('\n', lines[(open + 1)..i])));
                open = -1;
            }
            else if (open < 0)
            {
                prose.Add((i + 1, InlineCode().Replace(lines[i], "")));
            }
        }

        return (blocks.ToImmutable(), prose.ToImmutable());
    }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();
}
