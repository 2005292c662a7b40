using Microsoft.CodeAnalysis.Diagnostics;

namespace FastFence.Analyzers;

/// <summary>What the analyzers have in common: they look at code people wrote, and only where FastFence is referenced.</summary>
public abstract class AccessAnalyzer : DiagnosticAnalyzer
{
    public sealed override void Initialize(AnalysisContext context)
    {
        if (context is null)
        {
            throw new ArgumentNullException(nameof(context));
        }

        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (AccessTypes.Of(start.Compilation) is { } types)
            {
                Start(start, types);
            }
        });
    }

    private protected abstract void Start(CompilationStartAnalysisContext context, AccessTypes types);
}
