using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis.CSharp;

namespace FastFence.Tidy.Documents;

/// <summary>Each C# example of the README is a program that compiles against the public API as it is today.</summary>
public class ReadmeExampleTests
{
    [Fact]
    public void EveryExampleOfTheReadmeCompilesAgainstThePublicApi()
    {
        var readme = Repository.Read(path => path == "README.md").SingleOrDefault();
        Assert.True(readme is not null, "there is no README.md in the root");
        var examples = Markdown.Blocks(readme).Where(block => block.Language == "csharp").ToArray();
        Assert.NotEmpty(examples);
        Finding.MustBeNone(examples.SelectMany(example => Errors(CoreCompilation.Real, example)));
    }

    [Theory]
    [InlineData("Console.WriteLine(FastFence.Door.Gone);", "README.md:7: CS0117")]
    [InlineData("Console.WriteLine(FastFence.Door.Hidden);", "README.md:7: CS0122")]
    [InlineData("Console.WriteLine(FastFence.Door.Open)", "README.md:7: CS1002")]
    public void AKnownBadExampleIsReportedWithItsLine(string line, string finding)
    {
        var core = CoreCompilation.Of(new SourceFile(
            "src/FastFence/Door.cs", "namespace FastFence; public class Door { public static int Open => 1; internal static int Hidden => 1; }"));
        var page = new SourceFile("README.md", $"# A\n\n```sh\nls\n```\n```csharp\n{line}\n```\n");
        var example = Markdown.Blocks(page).First(block => block.Language == "csharp");
        Finding.MustBeOne(Errors(core, example), finding);
    }

    private static IEnumerable<Finding> Errors(CSharpCompilation core, CodeBlock example)
    {
        // Moved down by blank lines, so that a finding names the line of the page.
        var program = new SourceFile("README.md", new string('\n', example.Line - 1) + example.Text);
        return CoreCompilation.Errors(CoreCompilation.ProgramAgainst(core, program));
    }
}
