namespace FastFence.Tests.EntryOrder;

/// <summary>What is known of a value.</summary>
[Flags]
internal enum Known
{
    Nothing = 0,

    /// <summary>Made from what the section reads through: the fence, or the shared word's address.</summary>
    Watched = 1,

    /// <summary>Loaded from where a reader's word may stand.</summary>
    Word = 2,

    /// <summary>What an entry stores: a phase with the online bit, or the word with one nesting more.</summary>
    Entry = 4,

    /// <summary>What an exit stores: the word with one nesting less.</summary>
    Exit = 8,

    /// <summary>Points at a struct of the caller's that holds what is watched.</summary>
    Carrier = 16,
}

/// <summary>Registers and stack slots at one place of the code, over all ways that lead there; is the section entered on each of them?</summary>
internal sealed class MachineState
{
    private static readonly string[] s_callerSaved = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];

    private readonly Dictionary<string, Known> _values = [];

    /// <summary>The section is entered, on every way to here.</summary>
    public bool Entered { get; private set; }

    /// <summary>It has been entered and left, on every way to here.</summary>
    public bool Left { get; private set; }

    /// <summary>What is watched has not been accessed, on one way to here at least.</summary>
    public bool Untouched { get; private set; } = true;

    public Known this[string place]
    {
        get => _values.GetValueOrDefault(place);
        set => _values[place] = value;
    }

    public void Enter() => (Entered, Left) = (true, false);

    public void Leave() => (Entered, Left) = (false, true);

    public void Touch() => Untouched = false;

    public MachineState Copy()
    {
        MachineState copy = new() { Entered = Entered, Left = Left, Untouched = Untouched };
        foreach ((string place, Known value) in _values)
        {
            copy[place] = value;
        }

        return copy;
    }

    /// <summary>Adds another way to here; true when that changed anything.</summary>
    public bool Join(MachineState other)
    {
        bool changed = (Entered && !other.Entered) || (Left && !other.Left) || (!Untouched && other.Untouched);
        Untouched |= other.Untouched;
        Entered &= other.Entered;
        Left &= other.Left;
        foreach (string place in _values.Keys.Union(other._values.Keys).ToArray())
        {
            // An entry must be one on every way; the rest is noted if it holds on any.
            Known both = this[place] | other[place];
            both &= ~Known.Entry | (this[place] & other[place]);
            changed |= both != this[place];
            this[place] = both;
        }

        return changed;
    }

    public void ForgetCallerSaved()
    {
        foreach (string register in s_callerSaved)
        {
            _values.Remove(register);
        }
    }
}
