using System.Globalization;
using System.Text.RegularExpressions;

namespace FastFence.Tests.EntryOrder;

/// <summary>One instruction of x64 code: what it does, to what, and the names by which it is jumped to.</summary>
internal sealed record Instruction(string Op, string[] Operands, string Text)
{
    public List<string> Labels { get; } = [];
}

/// <summary>The code of one method, from the JIT's own listing or from objdump's.</summary>
internal static partial class Listing
{
    /// <summary>Every method of a <c>DOTNET_JitStdOutFile</c>: its name and how it was compiled, and its code.</summary>
    public static IEnumerable<(string Method, string Tier, List<Instruction> Code)> OfJit(string text)
    {
        foreach (string part in text.Split("; Assembly listing for method ").Skip(1))
        {
            Match title = JitTitle().Match(part);
            List<Instruction> code = [];
            List<string> labels = [];
            foreach (string line in part.Split('\n').Skip(1))
            {
                if (JitLabel().Match(line) is { Success: true } label)
                {
                    labels.Add(label.Groups[1].Value);
                }
                else if (JitInstruction().Match(line) is { Success: true } found)
                {
                    Add(code, labels, found.Groups["op"].Value, found.Groups["rest"].Value);
                }
            }

            yield return (title.Groups["name"].Value, title.Groups["tier"].Value, code);
        }
    }

    /// <summary>The code of one symbol as <c>objdump -d --no-show-raw-insn -M intel --disassemble=SYMBOL</c> prints it.</summary>
    public static List<Instruction> OfObjdump(string text)
    {
        List<Instruction> code = [];
        foreach (string line in text.Split('\n'))
        {
            if (DumpInstruction().Match(line) is { Success: true } found)
            {
                Add(code, [found.Groups["at"].Value], found.Groups["op"].Value, found.Groups["rest"].Value);
            }
        }

        return code;
    }

    private static void Add(List<Instruction> code, List<string> labels, string op, string rest)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{op} {rest}").Trim();
        rest = rest.Split('#')[0].Replace("SHORT ", "", StringComparison.Ordinal);
        Instruction instruction = new(op, op == "call" ? [rest.Trim()] : [.. rest.Split(',').Select(o => o.Trim()).Where(o => o.Length != 0)], text);
        instruction.Labels.AddRange(labels);
        labels.Clear();
        code.Add(instruction);
    }

    [GeneratedRegex(@"^(?<name>.+?\)(:\S+)?) \((?<tier>[^)]*)\)")]
    private static partial Regex JitTitle();

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex JitLabel();

    [GeneratedRegex(@"^\s{2,}(?<op>[a-z][\w.]*)\s*(?<rest>[^;]*)")]
    private static partial Regex JitInstruction();

    [GeneratedRegex(@"^\s+(?<at>[0-9a-f]+):\s+(?:(?:lock|rep|repz|bnd|notrack|data16)\s+)*(?<op>[a-z]\w*)\s*(?<rest>.*)$")]
    private static partial Regex DumpInstruction();
}
