using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Layout;

public class LayoutTests
{
    [Fact]
    public void TheTopLevelHoldsOnlyWhatIsAgreed() => Finding.MustBeNone(TopLevel.Check(Repository.Paths));

    [Theory]
    [InlineData("docs/index.md", "docs:1: is no part of the top level")]
    [InlineData("tests/Other.slnx", "tests/Other.slnx:1: is a second solution")]
    public void AKnownBadEntryOrSecondSolutionIsReported(string path, string finding) =>
        Finding.MustBeOne(TopLevel.Check(["FastFence.sln", ".ci/run", "src/README.md", path]), finding);

    [Fact]
    public void NoSourceFileIsLongerThanAReaderCanHold() => Finding.MustBeNone(FileSizes.Check(Repository.CSharpBelow("")));

    [Fact]
    public void AKnownBadFileOfOneLineTooManyIsReported() => Finding.MustBeOne(
        FileSizes.Check([Lines("ok.cs", FileSizes.MostLines), Lines("long.cs", FileSizes.MostLines + 1)]), "long.cs:401:");

    [Fact]
    public void NoFileCarriesTracesOfTheMachineItWasWrittenOn() => Finding.MustBeNone(ForeignTraces.Check(Repository.Read(_ => true)));

    [Theory]
    [InlineData("/wo", "rk/main", "names a path of one machine")]
    [InlineData("cd \"/ro", "ot\"", "names a path of one machine")]
    [InlineData("at /tmp/w", "t-house/a.cs", "names a path of one machine")]
    [InlineData("see https://api.nu", "get.org/v3", "names a package registry")]
    [InlineData("a\0", "b", "is binary")]
    public void AKnownBadTraceOfTheMachineIsReported(string left, string right, string finding)
    {
        // In two parts, or this file would be a finding of its own.
        Finding.MustBeOne(ForeignTraces.Check([new("src/a.txt", $"\n{left}{right}\n")]), finding);
        Assert.Empty(ForeignTraces.Check([new(".ci/a.txt", $"\n{left}{right}\n")]));
    }

    [Theory]
    [InlineData("src/work/a.cs, ./root/b, and/or, ~/root")]
    [InlineData("/proc/self/root and https://example.org/work/")]
    [InlineData("/workspaces and /roots")]
    public void APathThatIsTrueEverywhereIsNotReported(string text) => Assert.Empty(ForeignTraces.Check([new("src/a.txt", text)]));

    [Fact]
    public void EveryTestIsNamedAsASentence() => Finding.MustBeNone(TestNames.Check(Repository.CSharpBelow("tests/")));

    [Theory]
    [InlineData("TestSignal")]
    [InlineData("Signal_returns_false_the_second_time")]
    [InlineData("SignalWorksTwice")]
    public void AKnownBadTestNameIsReported(string name) => Finding.MustBeOne(
        TestNames.Check([new("a.cs", $"class A {{ [Fact] public void {name}() {{ }} void Helper() {{ }} }}")]), $"{name} is no sentence");

    private static SourceFile Lines(string path, int count) => new(path, string.Concat(Enumerable.Repeat("// line\n", count)));
}
