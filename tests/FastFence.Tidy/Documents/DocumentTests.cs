using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Documents;

public class DocumentTests
{
    private static readonly IReadOnlySet<string> s_verbs = Commands.VerbsIn([new("a.cs", "var x = new Command(\"run\", \"text\");")]);

    private static IReadOnlyList<SourceFile> Pages { get; } = Repository.Read(path => path.EndsWith(".md", StringComparison.Ordinal));

    // Logs and decisions may speak of what is gone; what tells a reader how to use the repository may not.
    private static IEnumerable<SourceFile> Guides =>
        Pages.Where(page => Path.GetFileName(page.Path) is "README.md" or "CONTRIBUTING.md");

    [Fact]
    public void EveryRelativeLinkLeadsSomewhere() => Finding.MustBeNone(Links.Check(Pages, path => Path.Exists(Repository.Full(path))));

    [Theory]
    [InlineData("see [there](gone.md)", "gone.md")]
    [InlineData("see [there](../gone/x.md#part) and [here](#here)", "../gone/x.md")]
    [InlineData("[there]: ./gone.md", "./gone.md")]
    public void AKnownBadLinkIsReported(string text, string target) => Finding.MustBeOne(
        Links.Check([new("src/a.md", $"```\n[no link](in/code)\n```\n{text} [web](https://example.org) `[code](x)`")], path => path == "src/README.md"),
        $"src/a.md:4: links to {target}, which does not exist");

    [Fact]
    public void EveryProjectThatADocumentNamesInACommandExists() => Finding.MustBeNone(Commands.CheckProjects(Guides, IsProject));

    [Theory]
    [InlineData("dotnet run -c Release --project src/Gone -- run --seconds 5", "src/Gone")]
    [InlineData("text `dotnet test --project tests/Gone/` text", "tests/Gone")]
    [InlineData("dotnet build tests/Gone -c Release", "tests/Gone")]
    public void AKnownBadProjectInACommandIsReported(string line, string path) => Finding.MustBeOne(
        Commands.CheckProjects([new("README.md", $"dotnet build is run, and `dotnet test -c Release`\n{line}\n")], IsProject),
        $"names {path}, which is no project");

    [Fact]
    public void EveryVerbOfTheToolThatADocumentShowsExists()
    {
        var verbs = Commands.VerbsIn(Repository.CSharpBelow("src/FastFence.Tool/"));
        Assert.SkipWhen(verbs.Count == 0, "the tool has no command yet");
        Finding.MustBeNone(Commands.CheckVerbs(Guides, verbs));
    }

    [Theory]
    [InlineData("fastfence gone --now")]
    [InlineData("$ fastfence gone")]
    [InlineData("then `fastfence gone` says")]
    [InlineData("dotnet run -c Release --project src/FastFence.Tool -- gone --seconds 5")]
    public void AKnownBadVerbIsReported(string line) => Finding.MustBeOne(
        Commands.CheckVerbs([new("README.md", $"fastfence run --seconds 5\nthe fastfence command\n{line}\n")], s_verbs),
        "README.md:3: shows \"fastfence gone\"");

    [Theory]
    [InlineData("dotnet run -c Release --project src/FastFence.Tool -- run --seconds 5")]
    [InlineData("dotnet test -c Release")]
    public void TheReadmeShowsTheTwoCommandsANewcomerNeeds(string command)
    {
        var readme = Pages.SingleOrDefault(page => page.Path == "README.md");
        Assert.True(readme is not null, "there is no README.md in the root");
        Assert.True(readme.Text.Contains(command, StringComparison.Ordinal), $"README.md does not show: {command}");
    }

    private static bool IsProject(string path) => Path.GetExtension(path) is ".csproj" or ".sln"
        ? File.Exists(Repository.Full(path))
        : Directory.Exists(Repository.Full(path)) && Directory.EnumerateFiles(Repository.Full(path), "*.csproj").Any();
}
