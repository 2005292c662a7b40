using System.Globalization;

namespace FastFence.Instructions;

/// <summary>The file of counts that a change is held to: a line a path, name and instructions with a tab between.</summary>
internal static class Baseline
{
    /// <summary>More than so much above the file is a regression.</summary>
    internal const double Tolerance = 0.05;

    /// <exception cref="FormatException">A line is not a name, a tab and a number.</exception>
    internal static Dictionary<string, double> Read(string file) => File.ReadLines(file)
        .Where(static l => l.Length != 0 && l[0] != '#')
        .Select((line, i) => line.Split('\t') is [var name, var count] && double.TryParse(count, CultureInfo.InvariantCulture, out double value)
            ? (name, value)
            : throw new FormatException($"{file}: '{line}' is not a name, a tab and a number; write the file anew with --write"))
        .ToDictionary(static p => p.name, static p => p.value, StringComparer.Ordinal);

    internal static void Write(string file, IReadOnlyDictionary<string, double> counts) => File.WriteAllLines(file, counts
        .Select(static c => string.Create(CultureInfo.InvariantCulture, $"{c.Key}\t{c.Value:0.0}"))
        .Prepend("# Instructions an operation, NativeAOT, x64: dotnet run -c Release --project bench/FastFence.Instructions -- --write"));

    /// <summary>The table; true when no path has become longer than the file allows, and the file has the same paths.</summary>
    internal static bool Compare(IReadOnlyDictionary<string, double> counts, IReadOnlyDictionary<string, double> allowed, TextWriter output)
    {
        bool holds = true;
        output.WriteLine($"{"path",-44}{"instructions",14}{"in the file",14}{"change",10}");
        foreach ((string path, double count) in counts)
        {
            bool known = allowed.TryGetValue(path, out double before);
            bool longer = known && count > before * (1 + Tolerance);
            holds &= known && !longer;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path,-44}{count,14:0.0}{(known ? before : double.NaN),14:0.0}{(known ? (count / before) - 1 : double.NaN),10:+0.0%;-0.0%;0.0%}{(longer ? "  LONGER" : known ? "" : "  NOT IN THE FILE")}"));
        }

        foreach (string path in allowed.Keys.Except(counts.Keys, StringComparer.Ordinal))
        {
            output.WriteLine($"{path,-44}  IN THE FILE, NOT COUNTED");
            holds = false;
        }

        output.WriteLine(holds
            ? $"ok: no path is more than {Tolerance:0%} longer than in the file"
            : "FAILED: if the change is worth its instructions, say so in bench/LOG.md and write the file anew with --write");
        return holds;
    }
}
