// The commands that documents show. Running them all would take the night; that what they name exists costs nothing and
// catches what rots first: a renamed project, a verb that never came.
using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Documents;

internal static partial class Commands
{
    /// <summary>Projects and folders named by `dotnet run|test|build|publish|pack|format` that do not exist.</summary>
    /// <param name="pages">The pages to read.</param>
    /// <param name="isProject">Tells whether a path from the root is a project, its folder, or the solution.</param>
    public static IEnumerable<Finding> CheckProjects(IEnumerable<SourceFile> pages, Func<string, bool> isProject) =>
        from page in pages
        from line in page.Lines.Index()
        from Match command in DotnetCommand().Matches(line.Item)
        from path in PathsIn(command.Groups["rest"].Value.Split(" -- ")[0])
        where !isProject(path)
        select new Finding(page.Path, line.Index + 1, $"\"{command.Value.Trim()}\" names {path}, which is no project");

    /// <summary>Verbs of the tool that a page shows and the tool's sources do not create.</summary>
    /// <param name="pages">The pages to read.</param>
    /// <param name="verbs">What <see cref="VerbsIn"/> found.</param>
    public static IEnumerable<Finding> CheckVerbs(IEnumerable<SourceFile> pages, IReadOnlySet<string> verbs) =>
        from page in pages
        from line in page.Lines.Index()
        from Match shown in ToolVerb().Matches(line.Item)
        let verb = shown.Groups["verb"].Value
        where !verbs.Contains(verb)
        select new Finding(page.Path, line.Index + 1, $"shows \"fastfence {verb}\", but the tool has no new Command(\"{verb}\"");

    /// <summary>Every literal of `new Command("verb"` in the tool's sources.</summary>
    public static IReadOnlySet<string> VerbsIn(IEnumerable<SourceFile> tool) =>
        tool.SelectMany(file => NewCommand().Matches(file.Text)).Select(match => match.Groups["verb"].Value).ToHashSet();

    private static IEnumerable<string> PathsIn(string arguments)
    {
        foreach (Match project in ProjectOption().Matches(arguments))
        {
            yield return Clean(project.Groups["path"].Value);
        }

        // A first word that is no option is the project itself; a word of prose has neither slash nor ending.
        var first = Clean(arguments.TrimStart().Split(' ')[0]);
        if (!first.StartsWith('-') && (first.Contains('/', StringComparison.Ordinal) || Path.GetExtension(first) is ".csproj" or ".sln"))
        {
            yield return first;
        }
    }

    private static string Clean(string path) => path.Trim('"', '\'', '.', ',', ';', ':', ')').TrimEnd('/');

    [GeneratedRegex(@"\bdotnet (?:run|test|build|publish|pack|format)\b(?<rest>[^`|&;]*)")]
    private static partial Regex DotnetCommand();

    [GeneratedRegex(@"--project[ =](?<path>[^\s`]+)")]
    private static partial Regex ProjectOption();

    [GeneratedRegex(@"(?:^\s*(?:\$ )?|`)fastfence (?<verb>[a-z][a-z0-9-]*)|--project src/FastFence\.Tool\b[^`]*? -- (?<verb>[a-z][a-z0-9-]*)")]
    private static partial Regex ToolVerb();

    [GeneratedRegex(@"new (?:[A-Za-z.]+\.)?Command\(\s*""(?<verb>[^""]+)""")]
    private static partial Regex NewCommand();
}
