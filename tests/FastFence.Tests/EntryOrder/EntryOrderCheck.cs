// Follows every way through a method's code. An access through what is watched must find the section entered on all of them: the
// reader's word has been stored (or the shared record's exchange has been called) and no exit has followed. What is checked is the
// order in the code; what the CPU makes of it is the process-wide barrier's part.
using System.Text.RegularExpressions;

namespace FastFence.Tests.EntryOrder;

/// <summary>What the code of one method came to.</summary>
/// <param name="Findings">Accesses that no entry stands before.</param>
/// <param name="Accesses">Accesses through what is watched: none means that nothing was checked.</param>
/// <param name="Entries">Stores that enter.</param>
/// <param name="EnteredAtEnd">The section is entered wherever the method returns.</param>
/// <param name="First">Accesses that are the first one on some way to them.</param>
internal sealed record EntryOrder(IReadOnlyList<string> Findings, int Accesses, int Entries, bool EnteredAtEnd, IReadOnlyList<string> First);

/// <summary>The checker.</summary>
internal sealed partial class EntryOrderCheck
{
    // What arithmetic does not take away.
    private const Known Kept = Known.Watched | Known.Carrier;

    private static readonly string[] s_arguments = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"];

    private readonly List<Instruction> _code;
    private readonly string _watch;
    private readonly SortedSet<int> _early = [];
    private readonly HashSet<int> _accesses = [];
    private readonly SortedSet<int> _first = [];
    private readonly HashSet<int> _entries = [];
    private bool _enteredAtEnd = true;

    private EntryOrderCheck(List<Instruction> code, string watch)
    {
        _code = code;
        _watch = watch;
    }

    /// <summary>Checks one method.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="watch">The argument's register; in brackets when it points at what is watched; empty for a method that only enters.</param>
    public static EntryOrder Of(List<Instruction> code, string watch)
    {
        if (code.Count == 0)
        {
            throw new ArgumentException("There is no code to follow: the compiler made no such method, or inlined it everywhere.", nameof(code));
        }

        EntryOrderCheck check = new(code, watch);
        check.Follow();
        return new EntryOrder(
            [.. check._early.Select(at => $"before the entry: {code[at].Text}")],
            check._accesses.Count, check._entries.Count, check._enteredAtEnd, [.. check._first.Select(at => code[at].Text)]);
    }

    private void Follow()
    {
        MachineState?[] states = new MachineState?[_code.Count];
        Queue<int> open = [];
        states[0] = new MachineState();
        if (_watch.Length != 0)
        {
            states[0]![_watch.Trim('[', ']')] = _watch[0] == '[' ? Known.Carrier : Known.Watched;
        }

        open.Enqueue(0);
        while (open.TryDequeue(out int at))
        {
            MachineState state = states[at]!.Copy();
            Step(at, state);
            foreach (int next in Next(at))
            {
                if (states[next] is { } known ? known.Join(state) : (states[next] = state.Copy()) is not null)
                {
                    open.Enqueue(next);
                }
            }
        }
    }

    private IEnumerable<int> Next(int at)
    {
        Instruction instruction = _code[at];
        bool jump = instruction.Op[0] == 'j';
        if (jump || instruction.Op == "call")
        {
            string target = instruction.Operands[0].Split(' ')[0];
            int to = _code.FindIndex(i => i.Labels.Contains(target));
            if (to >= 0)
            {
                yield return to;
            }
            else if (jump && instruction.Op != "jmp")
            {
                throw new InvalidOperationException($"Nothing stands where '{instruction.Text}' leads.");
            }
        }

        if (instruction.Op is not ("jmp" or "tail.jmp" or "ret" or "int3" or "ud2") && at + 1 < _code.Count)
        {
            yield return at + 1;
        }
    }

    private void Step(int at, MachineState state)
    {
        Instruction instruction = _code[at];
        switch (instruction.Op)
        {
            case "ret":
                _enteredAtEnd &= state.Entered;
                return;
            case "call":
                Call(at, instruction.Operands[0], state);
                return;
            case "lea":
                state[Register(instruction.Operands[0])] = Sum(instruction, state);
                return;
            case "nop" or "push" or "pop" or "int3" or "tail.jmp":
                return;
        }

        foreach (string operand in instruction.Operands.Where(o => o.Contains('[', StringComparison.Ordinal)))
        {
            if (Places(operand).Any(place => state[place].HasFlag(Known.Watched)))
            {
                Note(at, state);
            }
        }

        if (instruction.Op is "cmp" or "test" || instruction.Op[0] == 'j' || instruction.Operands.Length == 0)
        {
            return;
        }

        if (instruction.Operands[0].Contains('[', StringComparison.Ordinal))
        {
            Store(at, instruction, state);
        }
        else
        {
            string to = Register(instruction.Operands[0]);
            state[to] = Result(instruction, to, state);
        }
    }

    private void Store(int at, Instruction instruction, MachineState state)
    {
        string target = instruction.Operands[0];
        if (instruction.Op != "mov")
        {
            return;
        }

        Known value = Value(instruction.Operands[1], state);
        if (OnStack(target))
        {
            state[Key(target)] = value;
        }
        else if (IsQuad(target) && WordAddress().IsMatch(Key(target)))
        {
            // The reader's word is the first of its record: no offset.
            if (value.HasFlag(Known.Entry))
            {
                state.Enter();
                _entries.Add(at);
            }
            else if (value.HasFlag(Known.Exit))
            {
                state.Leave();
            }
        }
    }

    private static Known Result(Instruction instruction, string to, MachineState state)
    {
        string last = instruction.Operands[^1];
        Known value = Value(last, state);
        switch (instruction.Op)
        {
            case "mov" or "movzx" or "movsxd" or "movsx":
                return value;
            case "xor" when last == instruction.Operands[0]:
                return Known.Nothing;
            case "or" when Number(last) == 1:
                return (state[to] & Kept) | Known.Entry;
            case "inc":
            case "add" when Number(last) == 1:
                return Stepped(state[to], Known.Entry);
            case "dec":
            case "sub" when Number(last) == 1:
                return Stepped(state[to], Known.Exit);
            default:
                // Mixed with something else it is no word any more; what was made from the watched stays watched.
                return instruction.Op.StartsWith("cmov", StringComparison.Ordinal)
                    ? state[to] | value
                    : (state[to] | value) & Kept;
        }
    }

    private static Known Stepped(Known word, Known direction) =>
        (word & Kept) | (word.HasFlag(Known.Word) ? direction : Known.Nothing);

    private static Known Sum(Instruction lea, MachineState state)
    {
        string address = lea.Operands[1];
        Known all = Places(address).Aggregate(Known.Nothing, (known, place) => known | state[place]);
        return StepUp().IsMatch(address) ? Stepped(all, Known.Entry)
            : StepDown().IsMatch(address) ? Stepped(all, Known.Exit)
            : all & Kept;
    }

    private static Known Value(string operand, MachineState state)
    {
        if (!operand.Contains('[', StringComparison.Ordinal))
        {
            return state[Register(operand)];
        }

        if (OnStack(operand))
        {
            return state[Key(operand)];
        }

        // A struct of the caller's that carries the fence: reading it is no access of the section, what it holds is watched.
        bool watched = Places(operand).Any(place => (state[place] & (Known.Watched | Known.Carrier)) != 0);
        return (watched ? Known.Watched : Known.Nothing) | (IsQuad(operand) && WordAddress().IsMatch(Key(operand)) ? Known.Word : Known.Nothing);
    }

    private void Call(int at, string target, MachineState state)
    {
        bool passes = s_arguments.Any(register => state[register].HasFlag(Known.Watched));
        // What is called behind the exit sees to itself.
        if (target.Contains("FastFence", StringComparison.Ordinal) && passes && !state.Left && !Harmless().IsMatch(target))
        {
            Note(at, state);
        }

        state.ForgetCallerSaved();
        if (Enters().IsMatch(target))
        {
            state.Enter();
            _entries.Add(at);
        }
        else if (Leaves().IsMatch(target))
        {
            state.Leave();
        }
    }

    private void Note(int at, MachineState state)
    {
        _accesses.Add(at);
        if (state.Untouched)
        {
            _first.Add(at);
            state.Touch();
        }

        if (!state.Entered)
        {
            _early.Add(at);
        }
    }

    private static bool OnStack(string operand) => Places(operand).Any(place => place is "rbp" or "rsp");

    private static bool IsQuad(string operand) =>
        operand.StartsWith("qword", StringComparison.OrdinalIgnoreCase);

    private static string Key(string operand) =>
        operand[operand.IndexOf('[', StringComparison.Ordinal)..].Replace(" ", "", StringComparison.Ordinal).Replace("+0x0]", "]", StringComparison.Ordinal);

    private static IEnumerable<string> Places(string operand) => RegisterName().Matches(Key(operand)).Select(m => Register(m.Value));

    private static int? Number(string operand) => operand is "1" or "0x1" or "0x01" ? 1 : null;

    // eax, ax and al are parts of rax.
    private static string Register(string name)
    {
        if (NumberedRegister().Match(name) is { Success: true } numbered)
        {
            return numbered.Groups[1].Value;
        }

        string letters = name.TrimStart('r', 'e');
        return letters switch
        {
            "al" or "ah" or "ax" => "rax",
            "bl" or "bh" or "bx" => "rbx",
            "cl" or "ch" or "cx" => "rcx",
            "dl" or "dh" or "dx" => "rdx",
            "sil" or "si" => "rsi",
            "dil" or "di" => "rdi",
            "bp" or "bpl" => "rbp",
            "sp" or "spl" => "rsp",
            _ => name,
        };
    }

    [GeneratedRegex(@"\b(r\d+)[dwb]?\b")]
    private static partial Regex NumberedRegister();

    [GeneratedRegex(@"\b(r\w{1,3}|e[a-ds]\w)\b")]
    private static partial Regex RegisterName();

    // A register alone: no offset, no index, not the stack.
    [GeneratedRegex(@"\[(?!rsp|rbp|rip)r\w+\]", RegexOptions.IgnoreCase)]
    private static partial Regex WordAddress();

    [GeneratedRegex(@"\[r\w+\+(0x0?)?1\]")]
    private static partial Regex StepUp();

    [GeneratedRegex(@"\[r\w+-(0x0?)?1\]")]
    private static partial Regex StepDown();

    [GeneratedRegex(@"SharedReader(:|__)Enter|Reader(:|__)EnterFromRest|Section(:|__)Enter(First|Shared)")]
    private static partial Regex Enters();

    [GeneratedRegex(@"SharedReader(:|__)Exit|Section(:|__)ExitShared")]
    private static partial Regex Leaves();

    // Called with whatever an argument's register still holds; none of them has a parameter that is a fence.
    [GeneratedRegex(@"Throw|StaticBase|Registry(:|__)|Domain(:|__)|Reservation(:|__)|SharedReader(:|__)|Reader(:|__)EnterFromRest|Section(:|__)(Enter|Exit)(First|Shared)|ThreadStatic")]
    private static partial Regex Harmless();
}
