using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Layout;

/// <summary>The visible entries of the repository's root: a newcomer reads this list before anything else.</summary>
internal static class TopLevel
{
    private static readonly HashSet<string> s_allowed =
    [
        "src", "native-sim", "bench", "tests",
        "FastFence.sln", "Directory.Packages.props", "Directory.Build.props", "global.json",
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    ];

    public static IEnumerable<Finding> Check(IReadOnlyList<string> paths)
    {
        var unknown = paths.Select(path => path.Split('/')[0])
            .Distinct()
            .Where(entry => !entry.StartsWith('.') && !s_allowed.Contains(entry))
            .Select(entry => new Finding(entry, 1, "is no part of the top level: put it into the room it belongs to"));

        var solutions = paths.Where(path => Path.GetExtension(path) is ".sln" or ".slnx" or ".slnf" && path != "FastFence.sln")
            .Select(path => new Finding(path, 1, "is a second solution: FastFence.sln is the only one"));
        return unknown.Concat(solutions);
    }
}
