namespace FastFence.Tidy.Sources;

/// <summary>One broken rule, in the form editors and people jump to.</summary>
internal readonly record struct Finding(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";

    /// <summary>Fails the running test with every finding, not only the first.</summary>
    public static void MustBeNone(IEnumerable<Finding> findings)
    {
        var all = findings.Select(finding => finding.ToString()).Distinct().Order(StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            Assert.Fail($"{all.Count} finding(s):\n{string.Join('\n', all)}");
        }
    }

    /// <summary>For known-bad twins: exactly one finding, and it says <paramref name="part"/>.</summary>
    public static void MustBeOne(IEnumerable<Finding> findings, string part)
    {
        var all = findings.Select(finding => finding.ToString()).ToList();
        Assert.True(all.Count == 1, $"expected one finding, got {all.Count}:\n{string.Join('\n', all)}");
        Assert.Contains(part, all[0], StringComparison.Ordinal);
    }
}
