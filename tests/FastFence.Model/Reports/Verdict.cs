using FastFence.Model.Cases;
using FastFence.Model.Explorer;
using FastFence.Model.Twins;

namespace FastFence.Model.Reports;

/// <summary>What a case and its twins came to.</summary>
internal sealed record Verdict(ModelCase Case, Outcome Outcome, IReadOnlyList<(Twin Twin, Outcome Outcome)> Twins)
{
    /// <summary>Findings; none means that the case is as it says.</summary>
    public IEnumerable<string> Findings
    {
        get
        {
            if (Outcome.Failure is not null)
            {
                yield return $"{Name}: {Outcome.Story}";
            }

            foreach ((Twin twin, Outcome outcome) in Twins)
            {
                if (twin.Without is { } other && Exploration.Of(Case, new Weakening(other, WeakenKind.Relaxed)).Failure is { } why)
                {
                    yield return $"{Name}: without [{other}] alone it fails, so that [{twin.Tag}] without it proves nothing: {why}";
                }
                else if (outcome.Weakened == 0)
                {
                    yield return $"{Name}: the case never reaches [{twin.Tag}]";
                }
                else if (outcome.Failure is null && twin.Redundant is null)
                {
                    yield return $"{Name}: [{twin.Tag}] {twin.Kind} was not caught in {outcome.Executions} executions";
                }
                else if (outcome.Failure is not null && twin.Redundant is not null)
                {
                    yield return $"{Name}: [{twin.Tag}] {twin.Kind} is said to be redundant, yet: {outcome.Story}";
                }
            }
        }
    }

    private string Name => Case.GetType().Name;

    public static Verdict Of(ModelCase subject)
    {
        Outcome outcome = Exploration.Of(subject);
        return new Verdict(subject, outcome, [.. subject.Twins.Select(twin => (twin, Exploration.Of(subject, twin.Weakening)))]);
    }
}
