// What the engine's code may not contain because it hides an ordering or a sleep. Bound by the semantic model, so that a
// comment about `volatile` is free and `using static` does not get past it. The banned-API analyzer forbids part of this
// at build time; it can be switched off by a pragma, this cannot.
using FastFence.Tidy.Floors;
using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastFence.Tidy.Constructs;

internal static class BannedConstructs
{
    private static readonly int s_platform = FloorOrder.Names.ToList().IndexOf("Platform");
    private static readonly int s_atomics = FloorOrder.Names.ToList().IndexOf("Atomics");

    public static IEnumerable<Finding> In(CSharpCompilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees.Where(tree => FloorOrder.Of(tree.FilePath) != FloorOrder.NotCore))
        {
            foreach (var token in tree.GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.VolatileKeyword)))
            {
                yield return new(tree.FilePath, CoreCompilation.LineOf(token), "`volatile` hides which access needs the ordering: use FastFence.Atomics");
            }

            var model = compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                var info = model.GetSymbolInfo(name);
                if (Reason(info.Symbol ?? info.CandidateSymbols.FirstOrDefault(), FloorOrder.Of(tree.FilePath)) is { } reason)
                {
                    yield return new(tree.FilePath, CoreCompilation.LineOf(name), reason);
                }
            }
        }
    }

    private static string? Reason(ISymbol? symbol, int floor) => (symbol?.ContainingType?.ToDisplayString(), symbol?.Name) switch
    {
        (null, "SpinWait") when symbol is ITypeSymbol type && type.ToDisplayString() == "System.Threading.SpinWait" =>
            "SpinWait sleeps for 1 ms: use the Waiting floor's policies",
        // The Platform floor stands below Atomics and cannot use it; its portable futex polls and its cost probe rests.
        ("System.Threading.Thread", "Sleep") when floor == s_platform => null,
        ("System.Threading.Volatile" or "System.Threading.Interlocked", _) when floor == s_platform => null,
        ("System.Threading.Thread", "Sleep") => "Thread.Sleep: a waiter parks on a word and can be woken",
        ("System.Threading.Thread", "MemoryBarrier") => "Thread.MemoryBarrier: use Atomic.FenceFull",
        ("System.Threading.Volatile" or "System.Threading.Interlocked", _) when floor != s_atomics =>
            $"{symbol!.ContainingType!.Name}.{symbol.Name} outside the Atomics floor, whose method names carry the ordering",
        _ => null,
    };
}
