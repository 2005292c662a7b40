using System.Runtime.CompilerServices;

namespace FastFence.Instructions;

/// <summary>Callgrind writes down what it has counted, and begins anew, each time this is entered.</summary>
internal static class Mark
{
    /// <summary>How callgrind is told which function it is.</summary>
    internal const string Pattern = "*Mark__Reached*";

    private static int s_reached;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Reached() => s_reached++;
}
