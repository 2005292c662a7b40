using CsCheck;
using FastFence.Platform;
using Xunit;

namespace FastFence.Tests.Platform;

public sealed unsafe class CoreSetTests
{
    private static readonly Gen<int[]> s_cores = Gen.OneOf(Gen.Int[0, 12], Gen.Int[0, CoreSet.Capacity - 1]).Array[0, 40];

    [Fact]
    public void ItIsTheKernelsMask() => Assert.Equal(CoreSet.Capacity / 8, sizeof(CoreSet));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0-3,8")]
    [InlineData("63-64")]
    [InlineData("0,2,4,1023")]
    [InlineData("0-1023")]
    public void TheKernelsListFormatIsReadAndWritten(string text)
    {
        Assert.True(CoreSet.TryParse(text, out CoreSet cores));
        Assert.Equal(text, cores.ToString());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("3-")]
    [InlineData("3-1")]
    [InlineData("1024")]
    [InlineData("1,,2")]
    [InlineData("1-2-3")]
    public void AnythingElseIsRefused(string text)
    {
        Assert.False(CoreSet.TryParse(text, out CoreSet cores));
        Assert.Equal(default, cores);
    }

    [Fact]
    public void ItHoldsWhatWasPutInAndNothingElse() => s_cores.Sample(cores =>
    {
        CoreSet set = Of(cores);
        return set.Count == cores.Distinct().Count()
            && Enumerable.Range(-1, CoreSet.Capacity + 2).All(core => set.Contains(core) == cores.Contains(core));
    });

    [Fact]
    public void PrintingAndParsingAreInverse() => s_cores.Sample(cores =>
        CoreSet.TryParse(Of(cores).ToString(), out CoreSet back) && back == Of(cores) && back.GetHashCode() == Of(cores).GetHashCode());

    [Fact]
    public void TakingACoreOutUndoesPuttingItIn() => Gen.Select(s_cores, Gen.Int[0, CoreSet.Capacity - 1]).Sample((cores, core) =>
    {
        CoreSet set = Of(cores).Without(core);
        return !set.Contains(core) && set.With(core) != set && set.With(core).Without(core) == set;
    });

    [Fact]
    public void ACoreOutOfRangeIsAnError()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => default(CoreSet).With(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(CoreSet).With(CoreSet.Capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => default(CoreSet).Without(CoreSet.Capacity));
    }

    private static CoreSet Of(int[] cores) => cores.Aggregate(default(CoreSet), (set, core) => set.With(core));
}
