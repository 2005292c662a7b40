// What a file may carry over from the machine it was written on: a path that exists nowhere else, the host name of a package
// registry, bytes nobody can review. The patterns are spelt so that they do not match this file.
using System.Text.RegularExpressions;
using FastFence.Tidy.Sources;

namespace FastFence.Tidy.Layout;

internal static partial class ForeignTraces
{
    public static IEnumerable<Finding> Check(IEnumerable<SourceFile> files)
    {
        foreach (var file in files.Where(file => !file.Path.StartsWith(".ci/", StringComparison.Ordinal)))
        {
            if (IsBinary(file.Text))
            {
                if (!file.Path.StartsWith("bench/results/", StringComparison.Ordinal))
                {
                    yield return new(file.Path, 1, "is binary: only bench/results may hold such files");
                }

                continue;
            }

            var lines = file.Lines;
            for (var i = 0; i < lines.Length; i++)
            {
                if (MachinePath().Match(lines[i]) is { Success: true } path)
                {
                    yield return new(file.Path, i + 1, $"names a path of one machine: {path.Value}");
                }

                if (RegistryHost().Match(lines[i]) is { Success: true } host)
                {
                    yield return new(file.Path, i + 1, $"names a package registry: {host.Value}");
                }
            }
        }
    }

    // Git's own test: a NUL near the start.
    private static bool IsBinary(string text) => text.AsSpan(0, Math.Min(text.Length, 8000)).Contains('\0');

    [GeneratedRegex(@"(?<![\w.~/-])/(w[o]rk|r[o]ot|tmp/w[t]-\w+|tmp/b[a]sh_jobs)(?!\w)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://[^ ]*(n[u]get|n[p]mjs|d[e]bian)")]
    private static partial Regex RegistryHost();
}
