// Every name in the core, bound by the compiler's own semantic model. Reading `using` lines would miss fully qualified
// names, `var`, target-typed `new` and members reached through a value; all of these tie a floor to another just as well.
// Comments (`cref`) are left out: a floor may explain itself by what is built on it.
using FastFence.Tidy.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastFence.Tidy.Floors;

internal static class FloorUses
{
    public static IEnumerable<FloorUse> In(CSharpCompilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees)
        {
            var from = FloorOrder.Of(tree.FilePath);
            if (from < 0)
            {
                continue;
            }

            var model = compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                foreach (var symbol in SymbolsNamedBy(node, model))
                {
                    if (FloorOf(symbol) is >= 0 and var to)
                    {
                        yield return new(tree.FilePath, CoreCompilation.LineOf(node), from, to, symbol.ToDisplayString());
                    }
                }
            }
        }
    }

    private static IEnumerable<ISymbol> SymbolsNamedBy(SyntaxNode node, SemanticModel model)
    {
        switch (node)
        {
            case SimpleNameSyntax name:
                var info = model.GetSymbolInfo(name);
                var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
                return symbol is ITypeSymbol type ? Parts(type, ofVar: name.IsVar) : symbol is null ? [] : [symbol];
            case ImplicitObjectCreationExpressionSyntax created:
                return model.GetTypeInfo(created).Type is { } made ? Parts(made, ofVar: true) : [];
            default:
                return [];
        }
    }

    // A written `List<Slab>` names both by itself; behind `var` they have to be taken apart.
    private static IEnumerable<ISymbol> Parts(ITypeSymbol type, bool ofVar) => type switch
    {
        IArrayTypeSymbol array => Parts(array.ElementType, ofVar),
        IPointerTypeSymbol pointer => Parts(pointer.PointedAtType, ofVar),
        INamedTypeSymbol named when ofVar => named.TypeArguments.SelectMany(argument => Parts(argument, ofVar)).Prepend(named),
        _ => [type],
    };

    private static int FloorOf(ISymbol symbol)
    {
        if (symbol is ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or ILabelSymbol or ITypeParameterSymbol or INamespaceSymbol
            or IMethodSymbol { MethodKind: MethodKind.LocalFunction })
        {
            return FloorOrder.NotCore;
        }

        var declared = symbol.OriginalDefinition;
        if (declared is IMethodSymbol { ReducedFrom: { } extension })
        {
            declared = extension;
        }

        // A member belongs to the file that declares it; what the compiler adds (a default constructor) to its type.
        // A partial type belongs to its lowest part: that part alone makes it a name its floor may use.
        while (declared is not null && declared.DeclaringSyntaxReferences.IsEmpty)
        {
            declared = declared.ContainingType;
        }

        return declared?.DeclaringSyntaxReferences
            .Select(place => FloorOrder.Of(place.SyntaxTree.FilePath))
            .Where(floor => floor >= 0)
            .DefaultIfEmpty(FloorOrder.NotCore)
            .Min() ?? FloorOrder.NotCore;
    }
}
