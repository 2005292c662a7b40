using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Analyzers;

/// <summary>FF0001 and FF0003: a section is opened by <c>using</c> and closed by nothing else.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SectionAnalyzer : AccessAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(Rules.NotInUsing, Rules.ClosedEarly);

    private protected override void Start(CompilationStartAnalysisContext context, AccessTypes types)
    {
        context.RegisterOperationAction(c => Invocation(c, types), OperationKind.Invocation);
        context.RegisterOperationAction(c => Creation(c, types), OperationKind.ObjectCreation);
    }

    private static void Invocation(OperationAnalysisContext context, AccessTypes types)
    {
        IInvocationOperation call = (IInvocationOperation)context.Operation;
        IMethodSymbol method = call.TargetMethod;
        if (types.IsSection(method.ReturnType) && !IsClosedEverywhere(call, types))
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.NotInUsing, call.Syntax.GetLocation()));
        }

        // A section that is opened and closed in one expression yields nothing that could be used afterwards.
        if (method.Name == nameof(IDisposable.Dispose) && types.IsSection(method.ContainingType)
            && call.Instance is not null && Unwrapped(call.Instance) is not IInvocationOperation)
        {
            context.ReportDiagnostic(Diagnostic.Create(Rules.ClosedEarly, call.Syntax.GetLocation(), "The access section is disposed of"));
        }

        if (DisposesASection(method.TypeParameters, method.TypeArguments, types))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.ClosedEarly, call.Syntax.GetLocation(), $"'{method.Name}' may dispose of the access section that it is given"));
        }
    }

    private static void Creation(OperationAnalysisContext context, AccessTypes types)
    {
        IObjectCreationOperation creation = (IObjectCreationOperation)context.Operation;
        if (creation.Type is INamedTypeSymbol type && DisposesASection(type.TypeParameters, type.TypeArguments, types))
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.ClosedEarly, creation.Syntax.GetLocation(), $"'{type.Name}' may dispose of the access section that it is given"));
        }
    }

    private static bool DisposesASection(
        ImmutableArray<ITypeParameterSymbol> parameters, ImmutableArray<ITypeSymbol> arguments, AccessTypes types)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (types.IsSection(arguments[i]) && parameters[i].ConstraintTypes.Any(IsDisposable))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDisposable(ITypeSymbol type) =>
        type.SpecialType == SpecialType.System_IDisposable || type.AllInterfaces.Any(i => i.SpecialType == SpecialType.System_IDisposable);

    /// <summary>Is the section a resource of <c>using</c>, disposed of on the spot, or handed to the caller, whose call then counts?</summary>
    private static bool IsClosedEverywhere(IOperation operation, AccessTypes types)
    {
        IOperation? parent = operation.Parent;
        while (parent is IConversionOperation or IParenthesizedOperation or IConditionalOperation or ISwitchExpressionArmOperation
            or ISwitchExpressionOperation)
        {
            parent = parent.Parent;
        }

        return parent switch
        {
            IUsingOperation => true,
            IReturnOperation => true,
            IInvocationOperation call => call.TargetMethod.Name == nameof(IDisposable.Dispose) && types.IsSection(call.TargetMethod.ContainingType),
            IVariableInitializerOperation => InUsing(parent),
            _ => false,
        };
    }

    private static bool InUsing(IOperation initializer)
    {
        IOperation? parent = initializer.Parent;
        while (parent is IVariableDeclaratorOperation or IVariableDeclarationOperation or IVariableDeclarationGroupOperation)
        {
            parent = parent.Parent;
        }

        return parent is IUsingOperation or IUsingDeclarationOperation;
    }

    private static IOperation Unwrapped(IOperation operation)
    {
        while (operation is IParenthesizedOperation or IConversionOperation)
        {
            operation = operation is IParenthesizedOperation parenthesized ? parenthesized.Operand : ((IConversionOperation)operation).Operand;
        }

        return operation;
    }
}
