using FastFence.Model.Explorer;
using FastFence.Model.Twins;

namespace FastFence.Model.Cases;

/// <summary>A known-bad variant of a case.</summary>
/// <param name="Tag">The ordering tag whose access is weakened.</param>
/// <param name="Kind">How.</param>
/// <param name="Redundant">Why it is not caught, where it is known not to be.</param>
/// <param name="Operation">One kind of access only, where several stand under the tag.</param>
/// <param name="Forge">For a forged access: the wrong value, from the right one.</param>
/// <param name="Without">
/// A tag that stands in for this one and is taken away, too. By itself its absence must not fail the case: then what this tag does is
/// seen.
/// </param>
internal sealed record Twin(
    string Tag, WeakenKind Kind, string? Redundant = null, string? Operation = null, Func<ulong, ulong>? Forge = null, string? Without = null)
{
    public Weakening Weakening => new(Tag, Kind, Operation, Forge, Without);
}

/// <summary>A few threads, a few operations each, and what must hold.</summary>
internal abstract unsafe class ModelCase
{
    /// <summary>What it is about, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>Model threads.</summary>
    public virtual int Threads => 2;

    /// <summary>How many sleeps may end by their deadline; 0: whoever is not woken sleeps for ever.</summary>
    public virtual int TimeOuts => 0;

    /// <summary>What must be caught.</summary>
    public abstract IReadOnlyList<Twin> Twins { get; }

    /// <summary>Once: native memory as each execution finds it.</summary>
    public abstract void SetUp();

    /// <summary>Before each execution: managed fields.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>What a model thread does.</summary>
    public abstract void Body(int thread);

    /// <summary>After each execution, with all stores in memory; an exception fails it.</summary>
    public virtual void End()
    {
    }

    /// <summary>Fails the execution.</summary>
    protected static void Require(bool condition, string what)
    {
        if (condition)
        {
            return;
        }

        if (Run.IsModelThread)
        {
            Run.Current.Fail(what);
        }

        throw new InvalidOperationException(what);
    }
}
