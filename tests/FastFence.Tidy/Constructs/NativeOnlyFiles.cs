using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastFence.Tidy.Constructs;

/// <summary>Which files are held to native memory: those that say so in their header, and the poller's cores by name.</summary>
internal static class NativeOnlyFiles
{
    private const string Phrase = "native memory only";

    public static IEnumerable<SyntaxTree> In(CSharpCompilation compilation) =>
        compilation.SyntaxTrees.Where(tree => IsPollerCore(tree.FilePath) || HeaderOf(tree).Contains(Phrase, StringComparison.OrdinalIgnoreCase));

    private static bool IsPollerCore(string path) =>
        (path.StartsWith($"{CoreCompilation.Folder}Rings/", StringComparison.Ordinal)
            || path.StartsWith($"{CoreCompilation.Folder}Polling/", StringComparison.Ordinal))
        && Path.GetFileName(path).Contains("Core", StringComparison.Ordinal);

    // The comments before the first token, as one line of words: the phrase may stand across a line's end.
    private static string HeaderOf(SyntaxTree tree) => string.Join(' ', tree.GetRoot().GetLeadingTrivia()
        .Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia))
        .SelectMany(trivia => trivia.ToString().Split([' ', '\t', '\r', '\n', '/', '*'], StringSplitOptions.RemoveEmptyEntries)));
}
