using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Analyzers;

/// <summary>
/// FF0002: what refers to guarded memory without being bound to its section leaves the section by no way that can be seen in its method:
/// return, field, element, captured variable, local from before the section. A method that it is handed to is taken to use it and let go.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MemoryAnalyzer : AccessAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.Leaves);

    private protected override void Start(CompilationStartAnalysisContext context, AccessTypes types) =>
        context.RegisterOperationBlockAction(c => Look(c, types));

    private static void Look(OperationBlockAnalysisContext context, AccessTypes types)
    {
        List<IOperation> operations = [.. context.OperationBlocks.SelectMany(block => block.DescendantsAndSelf())];
        if (!operations.Any(operation => operation is IInvocationOperation call && types.IsView(call.TargetMethod.ContainingType)))
        {
            return;
        }

        GuardedValues values = GuardedValues.In(operations, types);
        foreach (IOperation operation in operations)
        {
            if (WayOut(operation, values) is (IOperation value, string way))
            {
                context.ReportDiagnostic(Diagnostic.Create(Rules.Leaves, value.Syntax.GetLocation(), value.Syntax.ToString(), way));
            }
        }
    }

    private static (IOperation Value, string Way)? WayOut(IOperation operation, GuardedValues values)
    {
        switch (operation)
        {
            case IReturnOperation { ReturnedValue: { } value } when IsLoose(values.OfResult(value, operation)):
                return (value, "is returned");

            case ISimpleAssignmentOperation { IsRef: false } assignment:
                Guarded assigned = values.Of(assignment.Value);
                return IsLoose(assigned) && Way(assignment.Target, assigned) is { } way ? (assignment.Value, way) : null;

            case ILocalReferenceOperation { Local: var local } when IsLoose(values.Of(local)) && IsCaptured(operation, local):
                return (operation, "is captured by a function that can run later");

            default:
                return null;
        }
    }

    private static bool IsLoose(Guarded value) => value.Kind == GuardedKind.Loose;

    private static string? Way(IOperation target, Guarded value)
    {
        switch (GuardedValues.Root(target))
        {
            case ILocalReferenceOperation { Local: { IsRef: false } local }:
                return IsBefore(local, value.Scope) ? $"is kept in '{local.Name}', which outlives the section" : null;
            case IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } when target is IParameterReferenceOperation:
                return value.Scope is null ? null : $"is kept in '{parameter.Name}', which outlives the section";
            case IDiscardOperation:
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver }: // a struct's initializer
                return null;
            default:
                return $"is stored in '{target.Syntax}'";
        }
    }

    private static bool IsBefore(ILocalSymbol local, SyntaxNode? scope) =>
        scope is not null && local.DeclaringSyntaxReferences.Length > 0 && !scope.Span.Contains(local.DeclaringSyntaxReferences[0].Span);

    private static bool IsCaptured(IOperation reference, ILocalSymbol local)
    {
        for (IOperation? at = reference.Parent; at is not null; at = at.Parent)
        {
            IMethodSymbol? function = (at as IAnonymousFunctionOperation)?.Symbol ?? (at as ILocalFunctionOperation)?.Symbol;
            if (function is not null)
            {
                return !SymbolEqualityComparer.Default.Equals(function, local.ContainingSymbol);
            }
        }

        return false;
    }
}
