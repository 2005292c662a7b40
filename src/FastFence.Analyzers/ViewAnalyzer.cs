using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FastFence.Analyzers;

/// <summary>FF0004: a view comes out of an open section, never out of <c>default</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ViewAnalyzer : AccessAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.NoSection);

    private protected override void Start(CompilationStartAnalysisContext context, AccessTypes types)
    {
        context.RegisterOperationAction(c => Look(c, types), OperationKind.DefaultValue, OperationKind.ObjectCreation);
    }

    private static void Look(OperationAnalysisContext context, AccessTypes types)
    {
        IOperation operation = context.Operation;
        if ((types.IsView(operation.Type) || types.IsSection(operation.Type))
            && operation is IDefaultValueOperation or IObjectCreationOperation { Arguments.IsEmpty: true })
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.NoSection, operation.Syntax.GetLocation(), operation.Type!.Name, operation is IDefaultValueOperation ? "default" : "new"));
        }
    }
}
