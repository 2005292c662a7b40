using FastFence.Model.Cases;
using FastFence.Model.Reports;
using FastFence.Model.Twins;

namespace FastFence.Model;

public sealed class TagTests
{
    [Fact]
    public void EveryOrderingTagHasACaseOrAReasonWhyNot() =>
        Assert.Equal(Uncovered.Reasons.Keys.Order(StringComparer.Ordinal), ReportCommand.Missing());

    [Fact]
    public void EveryTagOfACaseHasATwinThatIsCaughtOrAnArgument() => Assert.Equal(
        Uncovered.Argued.Keys.Order(StringComparer.Ordinal),
        All.Cases.SelectMany(c => c.Twins).GroupBy(t => t.Tag).Where(tag => tag.All(t => t.Redundant is not null)).Select(tag => tag.Key)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void EveryTwinNamesATagOfTheSources() =>
        Assert.Empty(All.Cases.SelectMany(c => c.Twins).Select(t => t.Tag).Except(Tags.All, StringComparer.Ordinal));

    [Fact]
    public void EveryCaseHasATestOfItsOwn() => Assert.Equal(
        All.Cases.Count, typeof(CaseTests).GetMethods().Count(m => m.IsDefined(typeof(FactAttribute), inherit: false)));
}
