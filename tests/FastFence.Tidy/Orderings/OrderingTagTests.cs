using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Orderings;

public class OrderingTagTests
{
    private const string Ledger = "src/FastFence/ORDERING.md";

    private static readonly SourceFile s_ledger = new(Ledger, "# Orderings\n\n## [QS-REPORT]\n\ntext\n\n## GP-SCAN\n");

    [Fact]
    public void EveryOrderingTagHasItsPartnerAndItsHeadingInTheLedger()
    {
        var files = Repository.CSharpBelow(CoreCompilation.Folder).Concat(Repository.CSharpBelow("native-sim/"));
        Finding.MustBeNone(OrderingTags.Check(files, Repository.Read(path => path == Ledger).SingleOrDefault()));
    }

    [Fact]
    public void APairOfTagsWithTheirHeadingsIsAccepted() => Assert.Empty(OrderingTags.Check(
        [Code("// [QS-REPORT] release: why. Pairs\n    // with [GP-SCAN]."), Code("x = 1; // [GP-SCAN] acquire: why. Pairs with [QS-REPORT] and [GP-SCAN].")],
        s_ledger));

    [Fact]
    public void AKnownBadTagWhosePartnerDoesNotExistIsReported() => Finding.MustBeOne(
        OrderingTags.Check([Code("// [QS-REPORT] release: why. Pairs with [GP-SCAN], [NO-ONE]."), Code("// [GP-SCAN] full: pairs with [GP-SCAN].")], s_ledger),
        "src/FastFence/A.cs:2: [QS-REPORT] pairs with [NO-ONE], which no comment defines");

    [Fact]
    public void AKnownBadTagThatNamesNoPartnerIsReported() => Finding.MustBeOne(
        OrderingTags.Check([Code("// [QS-REPORT] release: why. See [GP-SCAN].\n\n// [GP-SCAN] full: why. Pairs with [QS-REPORT].")], s_ledger),
        "[QS-REPORT] says \"Pairs with [...]\" nowhere");

    [Fact]
    public void AKnownBadTagWithoutItsHeadingIsReported() => Finding.MustBeOne(
        OrderingTags.Check([Code("// [QS-REPORT] a. Pairs with [GP-SCAN].\n// [GP-SCAN] b. Pairs with [QS-REPORT].\n// [NEW-ONE] c. Pairs with [NEW-ONE].")], s_ledger),
        "src/FastFence/A.cs:4: [NEW-ONE] has no heading \"## [NEW-ONE]\"");

    [Fact]
    public void AKnownBadHeadingThatNoCommentDefinesIsReported() => Finding.MustBeOne(
        OrderingTags.Check([Code("// [QS-REPORT] a. Pairs with [QS-REPORT].")], s_ledger),
        $"{Ledger}:7: [GP-SCAN] has a heading");

    [Fact]
    public void AKnownBadTagWithoutAnyLedgerIsReported() => Finding.MustBeOne(
        OrderingTags.Check([Code("// [QS-REPORT] a. Pairs with [QS-REPORT].")], ledger: null),
        "ORDERING.md does not exist");

    [Fact]
    public void WithoutTagsNoLedgerIsAskedFor() => Assert.Empty(OrderingTags.Check([Code("// X86 [A] plain words, array[I-1] ")], ledger: null));

    private static SourceFile Code(string comment) => new("src/FastFence/A.cs", $"class A;\n    {comment}\n");
}
