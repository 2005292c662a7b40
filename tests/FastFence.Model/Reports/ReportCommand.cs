// The table of tags: which case covers each, how many executions were explored, and whether its known-bad twins were caught.
using System.Globalization;
using FastFence.Model.Cases;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;

namespace FastFence.Model.Reports;

internal static class ReportCommand
{
    /// <summary>Prints the table; 0 when every case holds and every twin is as said. Words choose cases by name.</summary>
    public static int Run(IReadOnlyList<string> words)
    {
        List<Verdict> verdicts = [.. Chosen(words).Select(Verdict.Of)];
        foreach (string line in Lines(verdicts, missing: words.Count == 0))
        {
            Console.WriteLine(line);
        }

        List<string> findings = [.. verdicts.SelectMany(v => v.Findings)];
        foreach (string finding in findings)
        {
            Console.WriteLine();
            Console.WriteLine(finding);
        }

        return findings.Count == 0 ? 0 : 1;
    }

    /// <summary>Tags of the sources that no twin of any case concerns.</summary>
    public static IEnumerable<string> Missing() =>
        Tags.All.Except(All.Cases.SelectMany(c => c.Twins).Select(t => t.Tag), StringComparer.Ordinal);

    private static IEnumerable<ModelCase> Chosen(IReadOnlyList<string> words) =>
        words.Count == 0 ? All.Cases : All.Cases.Where(c => words.Contains(c.GetType().Name, StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Lines(List<Verdict> verdicts, bool missing)
    {
        yield return Row("tag", "case", "twin", "executions", "caught");
        yield return Row("---", "---", "---", "---:", "---");
        foreach (Verdict verdict in verdicts)
        {
            Outcome outcome = verdict.Outcome;
            yield return Row(
                "", verdict.Case.GetType().Name, "(the code as it is)", Number(outcome.Executions),
                outcome.Failure is null ? $"holds{(outcome.Complete ? "; search complete" : "")}, {outcome.Milliseconds} ms" : "FAILS");
        }

        foreach ((Verdict verdict, Twin twin, Outcome outcome) in verdicts
            .SelectMany(v => v.Twins.Select(t => (v, t.Twin, t.Outcome)))
            .OrderBy(t => t.Twin.Tag, StringComparer.Ordinal))
        {
            string caught = outcome.Failure is not null ? $"yes: {outcome.Failure}"
                : twin.Redundant is not null ? $"not applicable: {twin.Redundant}"
                : "NO";
            yield return Row(twin.Tag, verdict.Case.GetType().Name, $"{twin.Kind}{(twin.Without is { } other ? $", without {other}" : "")}", Number(outcome.Executions), caught);
        }

        if (missing)
        {
            foreach (string tag in Missing())
            {
                yield return Row(tag, "(none)", "", "", $"missing: {Uncovered.Reasons.GetValueOrDefault(tag, "nobody has written a case")}");
            }
        }
    }

    private static string Number(int n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static string Row(params string[] cells) => $"| {string.Join(" | ", cells)} |";
}
