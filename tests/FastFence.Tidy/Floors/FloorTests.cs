using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Floors;

public class FloorTests
{
    private static readonly SourceFile s_high = new(
        "src/FastFence/Rings/Ring.cs", "namespace FastFence.Rings; internal class Ring { public static int Size; public static Ring Make() => new(); }");

    [Fact]
    public void TheCoreCompilesHereSoThatEveryNameIsBound() =>
        Finding.MustBeNone(CoreCompilation.Errors(CoreCompilation.Real));

    [Fact]
    public void EveryFolderOfTheCoreIsAFloorOfTheList() => Finding.MustBeNone(
        Repository.CSharpBelow(CoreCompilation.Folder)
            .Where(file => FloorOrder.Of(file.Path) == FloorOrder.NoSuchFloor)
            .Select(file => new Finding(file.Path, 1, "no such floor in FloorOrder.cs")));

    [Fact]
    public void NoFloorUsesAFloorThatStandsAboveIt() => Finding.MustBeNone(Upward(CoreCompilation.Real));

    [Fact]
    public void TheDiagramInTheReadmeIsTheOneDrawnFromTheSources()
    {
        var page = File.ReadAllText(Repository.Full(FloorDiagram.Page)).ReplaceLineEndings("\n");
        Assert.True(
            page == FloorDiagram.Put(page, FloorDiagram.Current()),
            $"{FloorDiagram.Page} is stale: dotnet run -c Release --project tests/FastFence.Tidy -- floors --write");
    }

    [Theory]
    [InlineData("class Low { Rings.Ring? _ring; }")]
    [InlineData("class Low { int F() { var ring = Rings.Ring.Make(); return 1; } }")]
    [InlineData("class Low { int F() => FastFence.Rings.Ring.Size; }")]
    [InlineData("class Low : System.Collections.Generic.List<Rings.Ring>;")]
    public void AKnownBadUpwardUseIsReportedWithItsLineAndBothFloors(string code)
    {
        var low = new SourceFile("src/FastFence/Memory/Low.cs", $"namespace FastFence.Memory;\n{code}");
        var findings = Upward(CoreCompilation.Of(low, s_high)).Select(finding => finding.ToString()).ToList();
        Assert.NotEmpty(findings);
        Assert.All(findings, finding =>
        {
            Assert.StartsWith("src/FastFence/Memory/Low.cs:2: floor Memory uses ", finding, StringComparison.Ordinal);
            Assert.EndsWith("of floor Rings, which stands above it", finding, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void AKnownBadUseOfThePublicApiFromALowerFloorIsReported()
    {
        var api = new SourceFile("src/FastFence/Engine.cs", "namespace FastFence; public class Engine;");
        var low = new SourceFile("src/FastFence/Telemetry/Low.cs", "namespace FastFence.Telemetry; class Low { Engine? _engine; }");
        Finding.MustBeOne(Upward(CoreCompilation.Of(low, api)), "floor Telemetry uses FastFence.Engine of floor (root)");
    }

    [Fact]
    public void AnUpwardNameInADocCommentOrADownwardUseIsNotReported()
    {
        var low = new SourceFile(
            "src/FastFence/Memory/Low.cs", "namespace FastFence.Memory;\n/// <see cref=\"Rings.Ring\"/>\nclass Low;");
        var user = new SourceFile("src/FastFence/Rings/User.cs", "namespace FastFence.Rings; class User { Memory.Low? _low; }");
        var compilation = CoreCompilation.Of(low, s_high, user);
        Assert.Empty(Upward(compilation));
        var (rings, memory) = (FloorOrder.Of(s_high.Path), FloorOrder.Of(low.Path));
        Assert.Equal(1, new FloorMatrix(FloorUses.In(compilation)).CountOf(rings, memory));
    }

    private static IEnumerable<Finding> Upward(Microsoft.CodeAnalysis.CSharp.CSharpCompilation compilation) =>
        FloorUses.In(compilation).Where(use => use.IsUpward).Select(use => use.ToFinding());
}
