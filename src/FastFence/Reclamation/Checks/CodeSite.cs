using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastFence.Reclamation;

/// <summary>A place in the host's code. One object a place, so that another thread reads it whole.</summary>
internal sealed class CodeSite(string file, int line, string member)
{
    private const string Own = "FastFence";

    /// <inheritdoc/>
    public override string ToString() => line == 0 ? member : $"{member} in {file}:{line}";

    /// <summary>
    /// The nearest frame outside this assembly. Walks the stack: for findings only. A method that the JIT has inlined into its
    /// caller shows as the caller.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string OfCaller()
    {
        string first = "unknown";
        foreach (StackFrame frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            DiagnosticMethodInfo? method = DiagnosticMethodInfo.Create(frame);
            if (method == null)
            {
                continue;
            }

            string file = frame.GetFileName() ?? string.Empty;
            string site = $"{method.DeclaringTypeName}.{method.Name}"
                + (file.Length == 0 ? $" +IL {frame.GetILOffset()}" : $" in {file}:{frame.GetFileLineNumber()}");
            ReadOnlySpan<char> assembly = method.DeclaringAssemblyName;
            int comma = assembly.IndexOf(',');
            assembly = comma < 0 ? assembly : assembly[..comma];
            if (!assembly.Equals(Own, StringComparison.Ordinal) && !assembly.StartsWith("System.", StringComparison.Ordinal))
            {
                return site;
            }

            first = first == "unknown" ? site : first;
        }

        return first;
    }

    /// <summary>The place of an action that runs in a section: its type says which method it is.</summary>
    public static class OfAction<TAction>
        where TAction : struct, allows ref struct
    {
        /// <summary>One a type.</summary>
        public static readonly CodeSite Site = new(string.Empty, 0, $"{typeof(TAction).FullName}.Invoke");
    }
}
