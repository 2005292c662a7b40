using System.Diagnostics;
using System.Globalization;

namespace FastFence.Instructions;

/// <summary>Runs the native program under callgrind and reads what it wrote.</summary>
internal static class Callgrind
{
    /// <summary>Is it installed?</summary>
    internal static bool IsHere => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(static p => File.Exists(Path.Combine(p, "valgrind")));

    /// <summary>Instructions of one operation, by path.</summary>
    /// <exception cref="InvalidOperationException">It failed; its own words are in the message.</exception>
    internal static IReadOnlyDictionary<string, double> Count(string program, IReadOnlyList<string> paths)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("fastfence-instructions-");
        try
        {
            ProcessStartInfo start = new("valgrind") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])[
                "--tool=callgrind", "--separate-threads=yes", $"--dump-before={Mark.Pattern}", $"--callgrind-out-file={folder.FullName}/part", program, "paths"])
            {
                start.ArgumentList.Add(argument);
            }

            using Process valgrind = Process.Start(start)!;
            Task<string> error = valgrind.StandardError.ReadToEndAsync();
            string output = valgrind.StandardOutput.ReadToEnd();
            valgrind.WaitForExit();
            if (valgrind.ExitCode != 0)
            {
                throw new InvalidOperationException($"valgrind {program} paths ended with {valgrind.ExitCode}: {output}{error.Result}");
            }

            return Read(folder.FullName, paths);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, double> Read(string folder, IReadOnlyList<string> paths)
    {
        Dictionary<string, double> counts = [];
        for (int path = 0; path < paths.Count; path++)
        {
            // A part is what came before its mark, so the first one of a path is its warm-up. They are numbered from 1.
            int first = (path * CountedRun.MarksOfAPath) + 2;
            double least = double.MaxValue;
            for (int i = 0; i < CountedRun.Repeats; i++)
            {
                long once = Total(folder, first + (2 * i));
                long twice = Total(folder, first + (2 * i) + 1);
                least = Math.Min(least, (twice - once) / (double)CountedRun.Times);
            }

            counts[paths[path]] = least;
        }

        return counts;
    }

    // Of the first thread, which is the one that marks.
    private static long Total(string folder, int part)
    {
        string file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"part.{part}-01"));
        string line = File.ReadLines(file).Last(static l => l.StartsWith("totals:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("totals:".Length), CultureInfo.InvariantCulture);
    }
}
