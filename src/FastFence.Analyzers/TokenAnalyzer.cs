using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Analyzers;

/// <summary>FF0005: a token is a local, and all that happens to it is that it opens sections.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TokenAnalyzer : AccessAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.Token);

    private protected override void Start(CompilationStartAnalysisContext context, AccessTypes types)
    {
        context.RegisterSymbolAction(c => Member(c, types), SymbolKind.Field, SymbolKind.Property);
        context.RegisterOperationAction(c => Array(c, types), OperationKind.ArrayCreation);
        context.RegisterOperationAction(c => Reference(c, types), OperationKind.LocalReference, OperationKind.ParameterReference);
    }

    private static void Member(SymbolAnalysisContext context, AccessTypes types)
    {
        ITypeSymbol type = context.Symbol is IFieldSymbol field ? field.Type : ((IPropertySymbol)context.Symbol).Type;

        // A field of a ref struct lives on the stack, and what it binds cannot leave the method of its instance.
        if (types.IsToken(type) && (context.Symbol.IsStatic || !context.Symbol.ContainingType.IsRefLikeType)
            && !context.Symbol.IsImplicitlyDeclared)
        {
            Report(context.ReportDiagnostic, context.Symbol.Locations[0], $"'{context.Symbol.Name}' keeps an access token outside of the stack");
        }
    }

    private static void Array(OperationAnalysisContext context, AccessTypes types)
    {
        if (context.Operation.Type is IArrayTypeSymbol array && types.IsToken(array.ElementType))
        {
            Report(context.ReportDiagnostic, context.Operation.Syntax.GetLocation(), "An array keeps access tokens outside of the stack");
        }
    }

    private static void Reference(OperationAnalysisContext context, AccessTypes types)
    {
        IOperation reference = context.Operation;
        if (!types.IsToken(reference.Type))
        {
            return;
        }

        ISymbol token = reference is ILocalReferenceOperation local ? local.Local : ((IParameterReferenceOperation)reference).Parameter;
        if (IsCaptured(reference, token))
        {
            Report(context.ReportDiagnostic, reference.Syntax.GetLocation(), $"'{token.Name}' is captured by a function of its own");
        }
        else if (reference.Parent is not IArgumentOperation { Parameter.RefKind: RefKind.Ref })
        {
            Report(context.ReportDiagnostic, reference.Syntax.GetLocation(), $"'{token.Name}' is copied or assigned to");
        }
    }

    private static bool IsCaptured(IOperation reference, ISymbol token)
    {
        for (IOperation? at = reference; at is not null; at = at.Parent)
        {
            IMethodSymbol? function = at switch
            {
                IAnonymousFunctionOperation lambda => lambda.Symbol,
                ILocalFunctionOperation named => named.Symbol,
                _ => null,
            };
            if (function is not null)
            {
                return !SymbolEqualityComparer.Default.Equals(function, token.ContainingSymbol);
            }
        }

        return false;
    }

    private static void Report(Action<Diagnostic> report, Location place, string what) =>
        report(Diagnostic.Create(Rules.Token, place, what));
}
